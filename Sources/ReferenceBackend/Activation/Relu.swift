import ModelGraph
import Tensors

extension Relu: UnaryKernel {
    // A NaN becomes 0, as it quantizes to the lowest integer.
    @inline(__always) package static func apply<Number: KernelNumber>(_ x: Number) -> Number {
        x > .additiveIdentity ? x : .additiveIdentity
    }
}
