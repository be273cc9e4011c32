import Lowering
import ModelGraph
import Tensors

extension MatMulInteger: CPUOperator {
    package var packedInputs: [Int] { [1, 3] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] { productArrangements(step) }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        try GemmU8BlockKernel(product(step), isa: isa)
    }
}
