import Foundation
import ModelGraph
import Tensors

extension Elu: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { x < 0 ? alpha * (exp(x) - 1) : x }
}
