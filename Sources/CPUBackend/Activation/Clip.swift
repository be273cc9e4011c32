import CMicrokernels
import ModelGraph
import Tensors

extension Clip: FloatUnaryOperator {
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)? {
        guard let low = bound(step.input(1), low, default: -.infinity),
            let high = bound(step.input(2), high, default: .infinity)
        else { return nil }
        return (MK_CLIP, low, high)
    }

    /// A bound that is a constant, an attribute or absent; nil for one that only the run shows.
    private func bound(_ value: StepOperands.Value?, _ attribute: Float?, default fallback: Float) -> Float? {
        guard let value else { return attribute ?? fallback }
        return value.constant?.inComputeType().floats().first
    }
}
