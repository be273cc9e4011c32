import ModelGraph
import Tensors

extension Neg: UnaryKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ x: Number) -> Number {
        Number.negated(x)
    }
}
