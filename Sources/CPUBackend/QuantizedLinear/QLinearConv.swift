import Lowering
import ModelGraph
import Runtime
import Tensors

extension QLinearConv: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        QuantizedConvolution(self, bounds: nil, step)?.arrangements ?? []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        try QuantizedConvolution.prepare(self, bounds: nil, step, isa: isa)
    }
}
