import ModelGraph
import Tensors

extension ReduceMin: AxisReductionKernel {
    @inline(__always) package static func initial<Number: KernelNumber>(_: Number.Type) -> Number { .minimumOfNothing }

    @inline(__always) package static func apply<Number: KernelNumber>(_ accumulator: Number, _ x: Number) -> Number {
        Number.undercuts(x, accumulator) ? x : accumulator
    }
}
