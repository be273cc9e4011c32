import ModelGraph
import Tensors

extension HardSigmoid: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { hardSigmoid(x, alpha: alpha, beta: beta) }
}

/// `max(0, min(1, alpha * x + beta))`, the product and the sum each rounded; a NaN stays.
@inline(__always) func hardSigmoid(_ x: Float, alpha: Float, beta: Float) -> Float {
    let line = alpha * x + beta
    return line > 1 ? 1 : (line < 0 ? 0 : line)
}
