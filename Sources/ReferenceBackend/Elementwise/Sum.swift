import ModelGraph
import Tensors

extension Sum: VariadicKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        Number.sum(a, b)
    }
}
