import ModelGraph
import Tensors

extension Abs: UnaryKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ x: Number) -> Number {
        Number.magnitude(x)
    }
}
