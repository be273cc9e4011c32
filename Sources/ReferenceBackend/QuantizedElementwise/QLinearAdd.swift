import ModelGraph
import Tensors

extension QLinearAdd: QuantizedBinaryKernel {
    @inline(__always) package static func apply(_ a: Float, _ b: Float) -> Float { a + b }
}
