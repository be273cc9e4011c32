import ModelGraph
import Tensors

extension QuantizationAttributes {
    /// Whether one scale is for the whole of input 0.
    package func isPerTensor(_ step: StepOperands) -> Bool {
        guard let data = step.input(0)?.type.shape, let scales = step.input(1)?.type.shape,
            let spread = try? spread(data: data, scales: scales)
        else { return false }
        return spread == .tensor
    }
}
