import Lowering
import ModelGraph
import Tensors

extension Concat: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        // Rows of memory, which the definition copies, are as good where channels are not joined.
        guard let y = step.output(0), y.type.isImage, axis == 1 || axis == 1 - y.type.rank,
            step.inputs.allSatisfy({ $0 != nil })
        else { return [] }
        let inputs = step.inputs.indices.map { ($0, OperandLayout.blocked()) }
        return [Arrangement(inputs: Dictionary(uniqueKeysWithValues: inputs), outputs: [0: .blocked()])]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let y = step.output(0) else { preconditionFailure("the output is absent") }
        let parts = step.inputs.compactMap { $0 }.map { ConcatKernel.Part(value: $0, table: nil) }
        return ConcatKernel(parts, y: y, isa: isa)
    }
}
