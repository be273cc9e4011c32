import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension Clip: FloatUnaryOperator {
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)? {
        constantBounds(step).map { (MK_CLIP, $0.low, $0.high) }
    }
}
