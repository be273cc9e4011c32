import Lowering
import ModelGraph
import Tensors

extension QLinearConcat: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let y = step.output(0)?.type, step.isCountable, let axis = try? Operands.axis(axis, rank: y.rank),
            TensorQuantization(step, scale: 0, zeroPoint: 1, y.elementType) != nil
        else { return [] }
        let positions = Array(stride(from: 2, to: step.inputs.count, by: 3))
        for position in positions {
            guard step.input(position) != nil,
                TensorQuantization(step, scale: position + 1, zeroPoint: position + 2, y.elementType) != nil
            else { return [] }
        }
        return Joining.arrangements(inputs: positions, outputs: [0], whole: y, axis: axis)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let y = step.output(0),
            let result = try TensorQuantization(step, scale: 0, zeroPoint: 1, y.type.elementType)?.checked()
        else { preconditionFailure("a form that arrangements refused") }
        let axis = try Operands.axis(axis, rank: y.type.rank)
        var parts: [(StepOperands.Value?, Int, [UInt8]?)] = []
        for position in stride(from: 2, to: step.inputs.count, by: 3) {
            guard let value = step.input(position),
                let own = try TensorQuantization(
                    step, scale: position + 1, zeroPoint: position + 2, y.type.elementType)?.checked()
            else { preconditionFailure("a form that arrangements refused") }
            let table = (0...UInt8.max).map { result.byte(own.real(ofByte: $0)) }
            let isIdentity = table.enumerated().allSatisfy { $0 == Int($1) }
            parts.append((value, value.type.shape[axis], isIdentity ? nil : table))
        }
        return try Joining(whole: y, parts: parts, axis: axis).join(maker)
    }
}
