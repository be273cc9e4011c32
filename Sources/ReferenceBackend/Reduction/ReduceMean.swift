import ModelGraph
import Tensors

extension ReduceMean: AxisReductionKernel {
    @inline(__always) package static func initial<Number: KernelNumber>(_: Number.Type) -> Number { .additiveIdentity }

    @inline(__always) package static func apply<Number: KernelNumber>(_ accumulator: Number, _ x: Number) -> Number {
        Number.sum(accumulator, x)
    }

    @inline(__always) package static func finish<Number: KernelNumber>(_ accumulator: Number, count: Int) -> Number {
        Number.mean(sum: accumulator, count: count)
    }
}
