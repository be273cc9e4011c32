import ModelGraph
import Tensors

extension Mean: VariadicKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        Number.sum(a, b)
    }

    @inline(__always) package static func finish<Number: KernelNumber>(_ value: Number, count: Int) -> Number {
        Number.mean(sum: value, count: count)
    }
}
