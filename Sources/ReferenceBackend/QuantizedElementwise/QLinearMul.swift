import ModelGraph
import Tensors

extension QLinearMul: QuantizedBinaryKernel {
    @inline(__always) package static func apply(_ a: Float, _ b: Float) -> Float { a * b }
}
