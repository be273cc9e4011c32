import Lowering
import ModelGraph
import Tensors

extension QGemm: CPUOperator {
    package var packedInputs: [Int] { Array(1...8) }

    package func arrangements(_ step: StepOperands) -> [Arrangement] { productArrangements(step) }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        try GemmU8BlockKernel(try product(step, bounds: nil), isa: isa)
    }
}
