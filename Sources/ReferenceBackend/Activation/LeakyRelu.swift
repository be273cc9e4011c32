import ModelGraph
import Tensors

extension LeakyRelu: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { leakyRelu(x, alpha: alpha) }
}

/// The one definition for LeakyRelu and its quantized form.
@inline(__always) func leakyRelu(_ x: Float, alpha: Float) -> Float { x < 0 ? alpha * x : x }
