import ModelGraph
import Tensors

extension Clip {
    /// Bounds that are constants, attributes or absent, which is infinite; nil for one that only the run shows.
    package func constantBounds(_ step: StepOperands) -> (low: Float, high: Float)? {
        guard let low = bound(step.input(1), low, default: -.infinity),
            let high = bound(step.input(2), high, default: .infinity)
        else { return nil }
        return (low, high)
    }

    private func bound(_ value: StepOperands.Value?, _ attribute: Float?, default fallback: Float) -> Float? {
        guard let value else { return attribute ?? fallback }
        return value.constant?.inComputeType().floats().first
    }
}
