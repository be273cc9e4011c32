import CMicrokernels
import Lowering
import ModelGraph

extension Swish: FloatUnaryOperator {
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)? { (MK_SWISH, alpha, 0) }
}
