import Lowering
import ModelGraph
import Runtime
import Tensors

extension QuantizeLinear: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0), step.isCountable,
            QuantizationScales(step, attributes, divides: true) != nil
        else { return [] }
        let rowMajor = Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])
        guard x.type.isImage, x.type.elementType == .float32, tensorQuantization(step) != nil else { return [rowMajor] }
        let blocked = Arrangement(inputs: [0: .rowMajor], outputs: [0: .blocked()])
        let packed = Arrangement(inputs: [0: .rowMajor], outputs: [0: .packedPixels()])
        // A convolution of few channels reads packed pixels.
        let fromRowMajor = x.type.shape[1] < BlockedLayout.groupChannels ? [packed, blocked] : [blocked]
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])] + fromRowMajor + [rowMajor]
    }

    /// One scale for a whole image of bytes.
    private func tensorQuantization(_ step: StepOperands) -> TensorQuantization? {
        guard let y = step.output(0), attributes.isPerTensor(step) else { return nil }
        return TensorQuantization(step, scale: 1, zeroPoint: 2, y.type.elementType)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        guard let scales = QuantizationScales(step, attributes, divides: true) else {
            preconditionFailure("a form that arrangements refused")
        }
        try scales.check()
        if y.blocked != nil, let quantization = tensorQuantization(step) {
            return [try LayoutConversion.launch(.quantize(quantization), from: x, to: y)]
        }
        let type = y.type.elementType
        guard let range = QuantizedRange(type) else { preconditionFailure("a result of \(type)") }
        let program = KernelProgram(
            file: "quantize",
            defines: [
                "SOURCE": x.type.elementType.kernelType, "TARGET": type.kernelType, "SPREAD": scales.define,
                "LOWEST": "(\(range.lowest))", "HIGHEST": "\(range.highest)",
            ])
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id)]
        arguments += try scales.buffers(maker, divides: true)
        arguments += try scales.distances()
        return [
            KernelLaunch(
                program: program, function: "quantize", arguments: arguments,
                globalSize: [(y.type.elementCount + 3) / 4])
        ]
    }
}

extension MicrosoftQuantizeLinear: OpenCLOperator {
    package var packedInputs: [Int] { standard.packedInputs }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        standard.arrangements(step, on: device)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        try standard.launches(step, maker)
    }
}
