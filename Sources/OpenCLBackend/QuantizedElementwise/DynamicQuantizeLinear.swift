import Lowering
import ModelGraph
import Tensors

extension DynamicQuantizeLinear: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0), x.type.elementType == .float32, x.type.elementCount > 0, step.isCountable else {
            return []
        }
        let outputs = step.outputs.indices.filter { step.output($0) != nil }
        return [
            Arrangement(
                inputs: [0: .rowMajor],
                outputs: Dictionary(uniqueKeysWithValues: outputs.map { ($0, OperandLayout.rowMajor) }))
        ]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let x = step.input(0) else { preconditionFailure("the input is absent") }
        let count = x.type.elementCount
        // A power of two that every device takes; enough work-groups to fill one, each with enough to read.
        let group = 64
        let groups = min((count + 16 * group - 1) / (16 * group), 16 * max(maker.device.computeUnits, 1))
        let ranges = KernelArgument.temporary(try maker.temporary(byteCount: groups * 8))
        func parameter(_ index: Int) throws(HoneError) -> KernelArgument {
            if let value = step.output(index) { return .value(value.id) }
            return .temporary(try maker.temporary(byteCount: 4))
        }
        let (scale, point) = (try parameter(1), try parameter(2))
        var defines = ["GROUP": "\(group)"]
        if maker.device.hasCorrectlyRoundedDivide { defines["CORRECTLY_ROUNDED"] = "1" }
        let program = KernelProgram(file: "dynamic_quantize", defines: defines)
        var launches = [
            KernelLaunch(
                program: program, function: "dynamic_quantize_range",
                arguments: [.value(x.id), ranges, try .integer(count)], globalSize: [groups * group],
                localSize: [group]),
            KernelLaunch(
                program: program, function: "dynamic_quantize_parameters",
                arguments: [ranges, try .integer(groups), scale, point], globalSize: [group], localSize: [group]),
        ]
        if let y = step.output(0) {
            launches.append(
                KernelLaunch(
                    program: program, function: "dynamic_quantize",
                    arguments: [.value(x.id), .value(y.id), try .integer(count), scale, point], globalSize: [count]))
        }
        return launches
    }
}
