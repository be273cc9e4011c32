import Foundation
import ModelGraph
import Tensors

extension Tanh: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { tanh(x) }
}
