import ModelGraph
import Tensors

extension Min: VariadicKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        Number.undercuts(b, a) ? b : a
    }
}
