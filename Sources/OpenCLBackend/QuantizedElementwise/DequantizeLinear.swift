import Lowering
import ModelGraph
import Runtime
import Tensors

extension DequantizeLinear: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0), step.isCountable,
            QuantizationScales(step, attributes, divides: false) != nil
        else { return [] }
        let rowMajor = Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])
        guard x.type.isImage, tensorQuantization(step) != nil else { return [rowMajor] }
        return [
            Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()]),
            Arrangement(inputs: [0: .blocked()], outputs: [0: .rowMajor]), rowMajor,
            Arrangement(inputs: [0: .rowMajor], outputs: [0: .blocked()]),
        ]
    }

    /// One scale for a whole image of bytes.
    private func tensorQuantization(_ step: StepOperands) -> TensorQuantization? {
        guard let x = step.input(0), attributes.isPerTensor(step) else { return nil }
        return TensorQuantization(step, scale: 1, zeroPoint: 2, x.type.elementType)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        guard let scales = QuantizationScales(step, attributes, divides: false) else {
            preconditionFailure("a form that arrangements refused")
        }
        try scales.check()
        if x.blocked != nil || y.blocked != nil, let quantization = tensorQuantization(step) {
            return [try LayoutConversion.launch(.dequantize(quantization), from: x, to: y)]
        }
        let program = KernelProgram(
            file: "dequantize", defines: ["SOURCE": x.type.elementType.kernelType, "SPREAD": scales.define])
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id)]
        arguments += try scales.buffers(maker, divides: false)
        arguments += try scales.distances()
        return [
            KernelLaunch(
                program: program, function: "dequantize", arguments: arguments,
                globalSize: [(y.type.elementCount + 3) / 4])
        ]
    }
}

extension MicrosoftDequantizeLinear: OpenCLOperator {
    package var packedInputs: [Int] { standard.packedInputs }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        standard.arrangements(step, on: device)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        try standard.launches(step, maker)
    }
}
