import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension AveragePool: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), x.type.isImage, x.type.elementType == .float32 else { return [] }
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        return try PoolKernel(
            x: x, y: y, window: try resolvedWindow(input: x.type.shape), operation: MK_AVERAGE_F32,
            countsPadding: countsPadding, isa: isa)
    }
}
