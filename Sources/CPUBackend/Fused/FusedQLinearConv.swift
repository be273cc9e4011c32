import Lowering
import ModelGraph
import Tensors

extension FusedQLinearConv: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        QuantizedConvolution(base, bounds: bounds, step)?.arrangements ?? []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        try QuantizedConvolution.prepare(base, bounds: bounds, step, isa: isa)
    }
}
