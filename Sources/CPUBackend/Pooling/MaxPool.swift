import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension MaxPool: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        // Indices are counted by the definition alone.
        guard let x = step.input(0), x.type.isImage, step.output(0) != nil, step.output(1) == nil else { return [] }
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        let isFloat = x.type.elementType == .float32
        return try PoolKernel(
            x: x, y: y, window: try resolvedWindow(input: x.type.shape), operation: isFloat ? MK_MAX_F32 : MK_MAX_U8,
            isa: isa)
    }
}
