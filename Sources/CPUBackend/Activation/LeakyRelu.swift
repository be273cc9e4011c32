import CMicrokernels
import Lowering
import ModelGraph

extension LeakyRelu: FloatUnaryOperator {
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)? { (MK_LEAKY_RELU, alpha, 0) }
}
