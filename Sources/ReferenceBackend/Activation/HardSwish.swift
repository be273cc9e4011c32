import ModelGraph
import Tensors

extension HardSwish: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { x * hardSigmoid(x, alpha: 1 / 6, beta: 0.5) }
}
