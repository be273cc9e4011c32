import ModelGraph
import Tensors

extension Swish: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { x * logisticSigmoid(alpha * x) }
}
