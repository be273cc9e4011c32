import Lowering
import ModelGraph
import Tensors

extension TopK: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0), x.type.suitsKernels, x.type.elementType.kernelElement != nil else { return [] }
        let outputs = step.outputs.indices.filter { step.output($0) != nil }
        guard outputs.allSatisfy({ step.output($0)?.type.suitsKernels ?? false }) else { return [] }
        return [
            Arrangement(
                inputs: [0: .rowMajor], outputs: Dictionary(uniqueKeysWithValues: outputs.map { ($0, .rowMajor) }))
        ]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let x = step.input(0), let result = step.output(0) ?? step.output(1) else {
            preconditionFailure("an operand is absent")
        }
        let axis = try Operands.axis(axis, rank: x.type.rank)
        let lines = AxisLines(x.type.shape, axis: axis)
        var defines = x.type.elementType.kernelDefines
        defines["TAKES_LARGEST"] = takesLargest ? "1" : "0"
        defines["HAS_VALUES"] = step.output(0) == nil ? "0" : "1"
        defines["HAS_INDICES"] = step.output(1) == nil ? "0" : "1"
        var arguments: [KernelArgument] = [.value(x.id)]
        for case let output? in [step.output(0), step.output(1)] { arguments.append(.value(output.id)) }
        arguments += [try .integer(lines.length), try .integer(lines.inner), try .integer(result.type.shape[axis])]
        return [
            KernelLaunch(
                program: KernelProgram(file: "top_k", defines: defines), function: "top_k", arguments: arguments,
                globalSize: [lines.length * lines.inner, lines.outer])
        ]
    }
}
