import Lowering
import ModelGraph
import Tensors

extension FusedConv: CPUOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        FloatConvolution(base, step)?.arrangements ?? []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let convolution = FloatConvolution(base, step) else {
            preconditionFailure("a convolution that was arranged has no kernel")
        }
        return try ConvF32BlockKernel(convolution, step, activation: activation, isa: isa)
    }
}
