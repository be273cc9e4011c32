import ModelGraph
import Tensors

extension ReduceSum: AxisReductionKernel {
    @inline(__always) package static func initial<Number: KernelNumber>(_: Number.Type) -> Number { .additiveIdentity }

    @inline(__always) package static func apply<Number: KernelNumber>(_ accumulator: Number, _ x: Number) -> Number {
        Number.sum(accumulator, x)
    }
}
