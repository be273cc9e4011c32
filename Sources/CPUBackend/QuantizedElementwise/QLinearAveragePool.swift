import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension QLinearAveragePool: CPUOperator {
    package var packedInputs: [Int] { [1, 2, 3, 4] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard !channelsLast, let x = step.input(0), x.type.isImage, step.poolQuantization != nil else { return [] }
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let (from, to) = step.poolQuantization else { preconditionFailure("a form that arrangements refused") }
        let (x, y) = step.unary
        return try PoolKernel(
            x: x, y: y, window: try resolvedWindow(input: x.type.shape), operation: MK_AVERAGE_U8,
            countsPadding: countsPadding,
            quantization: .init(
                load: try from.checked().load(isBlocked: true), store: try to.checked().store(isBlocked: true)),
            isa: isa)
    }
}
