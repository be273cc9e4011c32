import Lowering
import ModelGraph
import Runtime
import Tensors

extension ConvInteger: OpenCLOperator {
    package var packedInputs: [Int] { [1, 3] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        IntegerConvolution(self, step)?.arrangements ?? []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let convolution = IntegerConvolution(self, step) else {
            preconditionFailure("prepared for operands that have no arrangement")
        }
        return try convolution.launches(maker)
    }
}

/// A ConvInteger with constant weights: sums in row-major order from an input in groups of 16 channels.
private struct IntegerConvolution {
    let base: ConvInteger
    let input: StepOperands.Value
    let output: StepOperands.Value
    let weights: Tensor
    let weightZeroPoints: [Int32]
    /// Of the input's u8 form; nil where a step computes it.
    let inputZeroPoint: Int32?
    let computedZeroPoint: StepOperands.Value?
    let window: SlidingWindow
    let halo: Halo

    /// Nil where the definition must run: weights or their zero points are computed, there is an addition, or padding whose
    /// value is not known when halos are written.
    init?(_ base: ConvInteger, _ step: StepOperands) {
        guard step.addition == nil, let input = step.input(0), input.constant == nil, let output = step.output(0),
            let weights = step.input(1)?.constant, let zeroPoints = step.weightZeroPoints(3),
            let window = try? base.resolvedWindow(input: input.type.shape, weight: weights.shape),
            input.type.elementCount > 0, output.type.elementCount > 0, input.type.isImage,
            let halo = QuantizedConvolution.halo(window, input: input.type, output: output.type),
            QuantizedConvolution.packsWell(weights.type, channels: input.type.shape[1])
        else { return nil }
        switch step.rowZeroPoint(2) {
        case .constant(let zeroPoint):
            inputZeroPoint = zeroPoint + input.type.elementType.offsetToUInt8
            computedZeroPoint = nil
        case .computed(let value):
            guard halo == .none else { return nil }
            inputZeroPoint = nil
            computedZeroPoint = value
        }
        (self.base, self.input, self.output, self.weights) = (base, input, output, weights)
        (weightZeroPoints, self.window, self.halo) = (zeroPoints.spread(over: weights.shape[0]), window, halo)
    }

    var arrangements: [Arrangement] {
        var inputs: [Int: OperandLayout] = [0: .blocked(halo)]
        if computedZeroPoint != nil { inputs[2] = .rowMajor }
        return [
            Arrangement(
                inputs: inputs, outputs: [0: .rowMajor], haloByte: UInt8(truncatingIfNeeded: inputZeroPoint ?? 0))
        ]
    }

    func launches(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let shape = input.blocked else { preconditionFailure("a convolution's input is not blocked") }
        let outputs = weights.shape[0]
        let plane = window.output.reduce(1, *)
        let columns = window.output[window.output.count - 1]
        let lists = try BlockLists(
            weights: weights, zeroPoints: weightZeroPoints, group: base.group,
            coordinates: BlockCoordinates(channels: shape.channels, kernel: window.kernel, isPacked: false))
        let extents = ConvolutionWindow(window)
        var problem = ConvU8BlockProblem(
            images: shape.images, rows: plane / columns, columns: columns,
            input: .value(input.id), inputPlaces: .input(shape, extents), output: .value(output.id),
            outputPlaces: .init(
                origin: 0, image: outputs * plane, row: columns, pixel: 1, group: 16 * plane, channel: plane),
            outputs: outputs, starts: lists.sums.prefix(outputs).map { 0 &- (inputZeroPoint ?? 0) &* $0 },
            multipliers: [], result: .sums, store: .elements)
        if let computedZeroPoint {
            problem.rowZeroPoint = .init(
                value: .value(computedZeroPoint.id), isSigned: input.type.elementType == .int8, sums: lists.sums)
        }
        let kept = KeptBlocks(lists, offsets: try lists.offsets(in: shape, dilations: extents.dilations))
        return [try problem.launch(kept, isAligned: true, maker)]
    }
}

extension StepOperands {
    /// Constant zero points of weights, 0 where they are absent; nil where they are computed.
    fileprivate func weightZeroPoints(_ index: Int) -> [Int32]? {
        guard let operand = input(index) else { return [0] }
        return operand.constant == nil ? nil : integers(index)
    }
}
