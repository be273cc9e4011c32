import ModelGraph
import Tensors

extension Sqrt: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { x.squareRoot() }
}
