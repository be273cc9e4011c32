import CMicrokernels
import Lowering
import ModelGraph

extension HardSwish: FloatUnaryOperator {
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)? { (MK_HARD_SWISH, 1 / 6, 0.5) }
}
