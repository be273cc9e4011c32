import Lowering
import ModelGraph
import Tensors

/// An operator whose only output holds elements of input 0, found by a walk over it.
protocol CopyOperator: OpenCLOperator {
    /// Where each element of output 0 comes from; the output has elements.
    ///
    /// - Throws: what the operator's own reading of its operands throws.
    func walk(_ step: StepOperands, x: TensorType, y: TensorType) throws(HoneError) -> CopyWalk
}

extension CopyOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0)?.type, let y = step.output(0)?.type, step.isCountable,
            let walk = try? walk(step, x: x, y: y), walk.isWalkable
        else { return [] }
        return [Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        return [try walk(step, x: x.type, y: y.type).launch(from: x, to: y, maker)]
    }
}

extension StepOperands {
    /// What the operator's definition reads when it plans: types, and the constants.
    var known: Operands {
        Operands(
            types: inputs.map { $0?.type }, values: inputs.map { $0?.constant }, outputCount: outputs.count)
    }
}
