import CMicrokernels
import Lowering
import ModelGraph

extension HardSigmoid: FloatUnaryOperator {
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)? { (MK_HARD_SIGMOID, alpha, beta) }
}
