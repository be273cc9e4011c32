import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension GlobalMaxPool: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        step.output(0)?.type.elementType == .float32 ? step.planePoolArrangements : []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        return PlanePoolKernel(x: x, y: y, operation: MK_MAX_F32, isa: isa)
    }
}
