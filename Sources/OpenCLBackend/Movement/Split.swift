import Lowering
import ModelGraph
import Tensors

extension Split: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0)?.type, step.isCountable, let axis = try? Operands.axis(axis, rank: x.rank),
            (try? partSizes(step.known)) != nil
        else { return [] }
        let outputs = step.outputs.indices.filter { step.output($0) != nil }
        return Joining.arrangements(inputs: [0], outputs: outputs, whole: x, axis: axis)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let x = step.input(0) else { preconditionFailure("the input is absent") }
        let axis = try Operands.axis(axis, rank: x.type.rank)
        let parts = try partSizes(step.known).enumerated().map { (step.output($0), $1, nil as [UInt8]?) }
        return try Joining(whole: x, parts: parts, axis: axis).split(maker)
    }
}
