import ModelGraph
import Tensors

extension QLinearLeakyRelu: QuantizedUnaryKernel {
    package func apply(_ x: Float) -> Float { leakyRelu(x, alpha: alpha) }
}
