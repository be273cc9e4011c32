import ModelGraph
import Tensors

extension ReduceMax: AxisReductionKernel {
    @inline(__always) package static func initial<Number: KernelNumber>(_: Number.Type) -> Number { .maximumOfNothing }

    @inline(__always) package static func apply<Number: KernelNumber>(_ accumulator: Number, _ x: Number) -> Number {
        Number.exceeds(x, accumulator) ? x : accumulator
    }
}
