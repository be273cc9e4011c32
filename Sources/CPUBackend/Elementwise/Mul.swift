import CMicrokernels
import ModelGraph
import Tensors

extension Mul: FloatBinaryOperator {
    static var operation: mk_binary { MK_MULTIPLY }
    static var swappedOperation: mk_binary { MK_MULTIPLY }
}
