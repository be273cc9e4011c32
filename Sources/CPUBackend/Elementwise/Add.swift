import CMicrokernels
import ModelGraph
import Tensors

extension Add: FloatBinaryOperator {
    static var operation: mk_binary { MK_ADD }
    static var swappedOperation: mk_binary { MK_ADD }
    static var operationWithRelu: mk_binary? { MK_ADD_RELU }
}
