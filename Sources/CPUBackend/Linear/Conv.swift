import Lowering
import ModelGraph
import Tensors

extension Conv: CPUOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        FloatConvolution(self, step)?.arrangements ?? []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let convolution = FloatConvolution(self, step) else {
            preconditionFailure("a convolution that was arranged has no kernel")
        }
        return try ConvF32BlockKernel(convolution, step, activation: .none, isa: isa)
    }
}
