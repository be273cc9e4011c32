import Lowering
import ModelGraph
import Tensors

extension FusedQLinearMatMul: CPUOperator {
    package var packedInputs: [Int] { base.packedInputs }

    package func arrangements(_ step: StepOperands) -> [Arrangement] { base.arrangements(step) }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        try GemmU8BlockKernel(try base.product(step, bounds: bounds), isa: isa)
    }
}
