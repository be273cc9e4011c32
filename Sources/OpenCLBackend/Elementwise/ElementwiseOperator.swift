import Lowering
import ModelGraph
import Tensors

/// An operator that computes each element of its result from one of each input, inputs broadcasting.
protocol ElementwiseOperator: OpenCLOperator {
    /// What is computed; nil where no kernel takes the operands. Positions without operands are never asked for.
    func operation(_ step: StepOperands) -> ElementwiseOperation?
}

extension ElementwiseOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard operation(step) != nil, step.activation == .none else { return [] }
        let types = (step.inputs + step.outputs).map { $0?.type.elementType }
        return step.elementwiseArrangements(
            Array(step.inputs.indices), mayBeBlocked: types.allSatisfy { $0 == .float32 })
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let operation = operation(step), let y = step.output(0) else {
            preconditionFailure("a form that arrangements refused")
        }
        return [try maker.elementwise(operation, step.inputs.compactMap { $0.map { .value($0) } }, y: y)]
    }
}

/// An operator on any number of inputs of one type: a function of two, applied from the first to the last.
protocol VariadicOperator: OpenCLOperator {
    /// The function; the last of `count` applications, which come after the first input, may do more.
    func operation(_ type: ElementType, application: Int, of count: Int) -> ElementwiseOperation
}

extension VariadicOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let y = step.output(0), step.inputs.allSatisfy({ $0 != nil }) else { return [] }
        return step.elementwiseArrangements(
            Array(step.inputs.indices), mayBeBlocked: y.type.elementType == .float32)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let inputs = step.inputs.compactMap { $0 }
        guard let y = step.output(0), let first = inputs.first else { preconditionFailure("an operand is absent") }
        guard inputs.count > 1 else {
            return [try maker.elementwise(ElementwiseOperation("copy"), [.value(first)], y: y)]
        }
        // From the second application on, the result so far is the first operand.
        var (launches, result): ([KernelLaunch], StepOperands.Value) = ([], first)
        for (index, input) in inputs.dropFirst().enumerated() {
            let operation = operation(y.type.elementType, application: index, of: inputs.count - 1)
            launches.append(try maker.elementwise(operation, [.value(result), .value(input)], y: y))
            result = y
        }
        return launches
    }
}
