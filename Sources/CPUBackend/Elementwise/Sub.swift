import CMicrokernels
import ModelGraph
import Tensors

extension Sub: FloatBinaryOperator {
    static var operation: mk_binary { MK_SUBTRACT }
    static var swappedOperation: mk_binary { MK_SUBTRACT_FROM }
}
