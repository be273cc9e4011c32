import ModelGraph
import Tensors

extension FusedActivation {
    /// Applies the activation in place, as `Relu`, `Clip` and `LeakyRelu` compute it, NaN included.
    func apply(to view: MutableTensorView) {
        let y = view.elements(as: Float.self)
        switch self {
        case .none:
            break
        case .relu:
            for index in y.indices { y[index] = Relu.apply(y[index]) }
        case .clip(let low, let high):
            for index in y.indices {
                let raised = y[index] < low ? low : y[index]
                y[index] = raised > high ? high : raised
            }
        case .leaky(let alpha):
            for index in y.indices { y[index] = leakyRelu(y[index], alpha: alpha) }
        }
    }
}
