import CMicrokernels
import Lowering
import ModelGraph

extension Relu: FloatUnaryOperator {
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)? { (MK_RELU, 0, 0) }
}
