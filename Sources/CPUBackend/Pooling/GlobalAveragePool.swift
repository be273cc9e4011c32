import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension GlobalAveragePool: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        step.output(0)?.type.elementType == .float32 ? step.planePoolArrangements : []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        return PlanePoolKernel(x: x, y: y, operation: MK_AVERAGE_F32, isa: isa)
    }
}
