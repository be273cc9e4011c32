import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension QLinearGlobalAveragePool: CPUOperator {
    package var packedInputs: [Int] { [1, 2, 3, 4] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        !channelsLast && step.poolQuantization != nil ? step.planePoolArrangements : []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let (from, to) = step.poolQuantization else { preconditionFailure("a form that arrangements refused") }
        let (x, y) = step.unary
        return PlanePoolKernel(
            x: x, y: y, operation: MK_AVERAGE_U8,
            quantization: .init(
                load: try from.checked().load(isBlocked: true),
                store: try to.checked().store(isBlocked: y.blocked != nil)), isa: isa)
    }
}
