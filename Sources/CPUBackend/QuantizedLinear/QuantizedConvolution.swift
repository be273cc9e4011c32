import ModelGraph
import Runtime
import Tensors

/// A quantized convolution whose weights and parameters are constant, as its kernels see it.
struct QuantizedConvolution {
    let base: QLinearConv
    let bounds: ClampBounds?
    let input: StepOperands.Value
    let output: StepOperands.Value
    let weights: Tensor
    let window: SlidingWindow
    /// How far the window reaches beyond the image.
    let halo: Halo
    /// The type of the convolution's own result.
    let resultType: TensorType
    let addition: QuantizedAddition?
    /// The zero point of the input's u8 form, which padding holds.
    private let haloByte: UInt8

    /// Nil where the definition must run: a parameter that is computed, an addition of another kind, an empty image, or
    /// padding far larger than image and result.
    init?(_ base: QLinearConv, bounds: ClampBounds?, _ step: StepOperands) {
        guard let input = step.input(0), let output = step.output(0), let weights = step.input(3)?.constant else {
            return nil
        }
        for index in [1, 2, 4, 5, 6, 7] where step.input(index)?.constant == nil { return nil }
        if let bias = step.input(8), bias.constant == nil { return nil }
        let result = step.addition?.convolutionType ?? output.type
        guard let window = try? base.resolvedWindow(input: input.type.shape, weight: weights.shape),
            input.type.elementCount > 0, result.elementCount > 0,
            let halo = QuantizedConvolution.halo(window, input: input.type, output: result),
            QuantizedConvolution.packsWell(weights.type, channels: input.type.shape[1])
        else { return nil }
        if let fused = step.addition {
            guard let addition = QuantizedAddition(fused, zeroPoint: step.input(7)?.constant) else { return nil }
            self.addition = addition
        } else {
            addition = nil
        }
        haloByte = UInt8(truncatingIfNeeded: (step.integers(2).first ?? 0) + input.type.elementType.offsetToUInt8)
        (self.base, self.bounds, self.input, self.output) = (base, bounds, input, output)
        (self.weights, self.window, self.halo, resultType) = (weights, window, halo, result)
    }

    private var channels: Int { input.type.shape[1] }

    /// Packed pixels for the few channels of an image, else groups of 16.
    var arrangements: [Arrangement] {
        var inputs: [OperandLayout] = [.blocked(halo)]
        if channels <= 4, base.group == 1, window.dilations.last == 1 { inputs.insert(.packedPixels(halo), at: 0) }
        return inputs.map { Arrangement(inputs: [0: $0], outputs: [0: .blocked()], haloByte: haloByte) }
    }

    /// Packs the weights and folds the constants.
    static func prepare(
        _ base: QLinearConv, bounds: ClampBounds?, _ step: StepOperands, isa: InstructionSet
    ) throws(HoneError) -> any CPUKernel {
        guard let convolution = QuantizedConvolution(base, bounds: bounds, step) else {
            preconditionFailure("\(step) was arranged, but is not taken")
        }
        if let kernel = try convolution.depthwiseKernel(step, isa: isa) { return kernel }
        return try convolution.blockKernel(step, isa: isa)
    }

    /// The kernel for one filter a channel; nil where that one does not take the convolution.
    private func depthwiseKernel(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> ConvDepthwiseU8? {
        guard base.group > 1, base.group == channels, weights.shape[0] == channels, addition == nil,
            let inputShape = input.blocked, let outputShape = output.blocked
        else { return nil }
        let isPlane = window.kernel.count == 2
        let last = window.kernel.count - 1
        let zeroPoints = step.integers(5).spread(over: channels)
        let taps = weights.elementCount / channels
        let yZero = step.integers(7)[0]
        let (xScale, yScale) = (try step.scales(1, "x_scale")[0], try step.scales(6, "y_scale")[0])
        let range = (bounds?.range(of: resultType.elementType) ?? resultType.elementType.quantizedRange)
        return ConvDepthwiseU8(
            ConvDepthwiseU8.Problem(
                input: input.id, inputShape: inputShape, output: output.id, outputShape: outputShape,
                kernel: (isPlane ? window.kernel[0] : 1, window.kernel[last]),
                pads: (isPlane ? window.padsBegin[0] : 0, window.padsBegin[last]),
                strides: (isPlane ? window.strides[0] : 1, window.strides[last]),
                dilations: (isPlane ? window.dilations[0] : 1, window.dilations[last]),
                weights: step.integers(3).enumerated().map { Int16($1 - zeroPoints[$0 / taps]) },
                bias: step.input(8) == nil ? [Int32](repeating: 0, count: channels) : step.integers(8),
                multipliers: try step.scales(4, "w_scale").spread(over: channels).map { (xScale * $0) / yScale },
                inputZeroPoint: step.integers(2)[0] + input.type.elementType.offsetToUInt8,
                zeroPoint: yZero + resultType.elementType.offsetToUInt8,
                low: Float(range.lowerBound - yZero), high: Float(range.upperBound - yZero)),
            isa: isa)
    }

    private func blockKernel(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> ConvU8Block {
        guard let inputShape = input.blocked, let outputShape = output.blocked else {
            preconditionFailure("a convolution's operands are not blocked")
        }
        // Other readers of the value may have asked for a halo much wider than this one needs.
        guard inputShape.imageBytes <= Int(Int32.max) else {
            throw HoneError(.unsupported, "an image of \(inputShape.imageBytes) bytes; supported are less than 2 GiB")
        }
        let outputs = weights.shape[0]
        let xScale = try step.scales(1, "x_scale")[0]
        let wScales = try step.scales(4, "w_scale").spread(over: outputs)
        let yScale = try step.scales(6, "y_scale")[0]
        let (zeroPoints, group) = (step.integers(5).spread(over: outputs), base.group)
        let lists = BlockLists(
            weights: weights, zeroPoints: zeroPoints, group: group,
            coordinates: BlockCoordinates(
                channels: channels, kernel: window.kernel,
                isPacked: inputShape.layout.channelsPerPixel != BlockedLayout.groupChannels))
        let xZero = step.integers(2)[0] + input.type.elementType.offsetToUInt8
        let bias = step.input(8) == nil ? [Int32](repeating: 0, count: outputs) : step.integers(8)
        let yZero = step.integers(7)[0]
        let range = (bounds?.range(of: resultType.elementType) ?? resultType.elementType.quantizedRange)
        let isPlane = window.kernel.count == 2
        let last = window.kernel.count - 1
        var problem = ConvU8Block.Problem(
            input: input, inputShape: inputShape, output: output, outputShape: outputShape,
            pads: (isPlane ? window.padsBegin[0] : 0, window.padsBegin[last]),
            strides: (isPlane ? window.strides[0] : 1, window.strides[last]),
            dilations: (isPlane ? window.dilations[0] : 1, window.dilations[last]),
            starts: zip(bias, lists.sums).map { $0 &- xZero &* $1 },
            multipliers: wScales.map { (xScale * $0) / yScale },
            low: Float(range.lowerBound - yZero), high: Float(range.upperBound - yZero),
            zeroPoint: yZero + resultType.elementType.offsetToUInt8, addition: nil)
        if let addition {
            guard let otherShape = addition.other.blocked else { preconditionFailure("an addend is not blocked") }
            let parameters = try addition.parameters(low: problem.low, high: problem.high)
            problem.addition = .init(parameters: parameters, other: addition.other, otherShape: otherShape)
        }
        return ConvU8Block(
            problem, lists: lists, isa: isa,
            packedInputs: [
                3: { lists.unpack(into: $0, zeroPoints: zeroPoints, group: group) }
            ])
    }

    /// Whether lists of these weights take memory in proportion: one channel of one output fills a 64th of a block.
    private static func packsWell(_ weights: TensorType, channels: Int) -> Bool {
        let taps = weights.shape[2...].reduce(1.0) { $0 * Double($1) }
        let entries = Double((channels + 15) / 16 * 4) * taps
        let blocks = Double((weights.shape[0] + 31) / 32 * 32) * Double((weights.shape[1] + 3) / 4 * 4) * taps
        return entries <= 0x1p20 && blocks <= Double(weights.elementCount) * 8 + 0x1p26
    }

    /// The halo that the window needs; nil where an image with it would not have 32-bit distances, or would be far larger
    /// than what the model itself asks for.
    private static func halo(_ window: SlidingWindow, input: TensorType, output: TensorType) -> Halo? {
        let needs = (0..<window.kernel.count).map { dimension in
            // What lies behind the last tap of the last window is never read. Attributes are below 2^31 and dimensions below
            // 2^41, so that nothing overflows here.
            let reach = (window.output[dimension] - 1) * window.strides[dimension] + window.extent(dimension)
            let begin = window.padsBegin[dimension]
            return (begin: begin, end: max(0, reach - begin - window.input[dimension]))
        }
        let last = needs.count - 1
        let halo = Halo(
            top: needs.count == 2 ? needs[0].begin : 0, left: needs[last].begin,
            bottom: needs.count == 2 ? needs[0].end : 0, right: needs[last].end)
        // Counted in floating point, where nothing overflows either.
        let height = Double(needs.count == 2 ? window.input[0] + halo.top + halo.bottom : 1)
        let width = Double(window.input[last] + halo.left + halo.right)
        let groups = Double((input.shape[1] + 15) / 16 * 16)
        let imageBytes = height * width * groups
        guard imageBytes < 0x1p30 else { return nil }
        guard imageBytes * Double(input.shape[0]) <= Double(input.byteCount + output.byteCount) * 64 + 0x1p20 else {
            return nil
        }
        return halo
    }
}
