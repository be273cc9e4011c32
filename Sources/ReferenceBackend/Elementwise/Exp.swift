import Foundation
import ModelGraph
import Tensors

extension Exp: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { exp(x) }
}
