import Lowering
import ModelGraph
import Tensors

extension Concat: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let y = step.output(0)?.type, step.isCountable, step.inputs.allSatisfy({ $0 != nil }),
            let axis = try? Operands.axis(axis, rank: y.rank)
        else { return [] }
        return Joining.arrangements(inputs: Array(step.inputs.indices), outputs: [0], whole: y, axis: axis)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let y = step.output(0) else { preconditionFailure("the output is absent") }
        let axis = try Operands.axis(axis, rank: y.type.rank)
        let parts = step.inputs.map { ($0, $0?.type.shape[axis] ?? 0, nil as [UInt8]?) }
        return try Joining(whole: y, parts: parts, axis: axis).join(maker)
    }
}
