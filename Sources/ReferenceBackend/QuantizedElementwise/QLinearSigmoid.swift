import ModelGraph
import Tensors

extension QLinearSigmoid: QuantizedUnaryKernel {
    package func apply(_ x: Float) -> Float { logisticSigmoid(x) }
}
