import CMicrokernels
import Lowering
import ModelGraph

extension Sigmoid: FloatUnaryOperator {
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)? { (MK_SIGMOID, 0, 0) }
}
