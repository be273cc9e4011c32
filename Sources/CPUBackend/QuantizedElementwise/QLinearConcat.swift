import Lowering
import ModelGraph
import Tensors

extension QLinearConcat: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        QuantizedConcatenation(self, step)?.arrangements ?? []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let y = step.output(0), let concatenation = QuantizedConcatenation(self, step) else {
            preconditionFailure("a form that arrangements refused")
        }
        let parts = try concatenation.tables().map { ConcatKernel.Part(value: $0.value, table: $0.table) }
        return ConcatKernel(parts, y: y, isa: isa)
    }
}
