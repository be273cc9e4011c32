import ModelGraph
import Tensors

extension Max: VariadicKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        Number.exceeds(b, a) ? b : a
    }
}
