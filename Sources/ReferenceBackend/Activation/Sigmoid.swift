import Foundation
import ModelGraph
import Tensors

extension Sigmoid: FloatFunctionKernel {
    @inline(__always) package func apply(_ x: Float) -> Float { logisticSigmoid(x) }
}

/// `1 / (1 + exp(-x))` in float32: the one definition for every operator that has a sigmoid in it.
@inline(__always) func logisticSigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
