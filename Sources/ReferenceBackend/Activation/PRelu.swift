import ModelGraph
import Tensors

extension PRelu: BinaryKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        a < .additiveIdentity ? Number.product(b, a) : a
    }
}
