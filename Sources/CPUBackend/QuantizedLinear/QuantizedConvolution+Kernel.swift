import CMicrokernels
import Lowering
import ModelGraph
import Runtime
import Tensors

extension QuantizedConvolution {
    /// Packs the weights and folds the constants.
    static func prepare(
        _ base: QLinearConv, bounds: ClampBounds?, _ step: StepOperands, isa: InstructionSet
    ) throws(HoneError) -> any CPUKernel {
        guard let convolution = QuantizedConvolution(base, bounds: bounds, step),
            let input = convolution.input.blocked, let output = convolution.output.blocked
        else { preconditionFailure("\(step) was arranged, but is not taken") }
        let constants = try convolution.constants()
        if let kernel = try convolution.depthwiseKernel(constants, input, output, isa: isa) { return kernel }
        return try convolution.blockKernel(constants, input, output, isa: isa)
    }

    /// The kernel for one filter a channel; nil where that one does not take the convolution.
    private func depthwiseKernel(
        _ constants: Constants, _ input: BlockedShape, _ output: BlockedShape, isa: InstructionSet
    ) throws(HoneError) -> ConvDepthwiseU8? {
        guard isDepthwise, addition == nil else { return nil }
        let window = ConvolutionWindow(window)
        return try ConvDepthwiseU8(
            ConvDepthwiseU8.Problem(
                input: self.input.id, inputShape: input, output: self.output.id, outputShape: output, window: window,
                weights: weightDifferences(constants), bias: constants.bias, multipliers: constants.multipliers,
                inputZeroPoint: constants.inputZeroPoint, zeroPoint: constants.zeroPoint, low: constants.low,
                high: constants.high),
            isa: isa)
    }

    private func blockKernel(
        _ constants: Constants, _ input: BlockedShape, _ output: BlockedShape, isa: InstructionSet
    ) throws(HoneError) -> ConvU8Block {
        // Other readers of the value may have asked for a halo much wider than this one needs.
        guard input.imageBytes <= Int(Int32.max) else {
            throw HoneError(.unsupported, "an image of \(input.imageBytes) bytes; supported are less than 2 GiB")
        }
        let lists = try lists(constants, input: input.layout)
        var problem = ConvU8Block.Problem(
            input: self.input, inputShape: input, output: self.output, outputShape: output,
            window: ConvolutionWindow(window), starts: constants.starts(lists.sums),
            multipliers: constants.multipliers, low: constants.low, high: constants.high,
            zeroPoint: constants.zeroPoint, addition: nil)
        if let addition {
            guard let otherShape = addition.other.blocked else { preconditionFailure("an addend is not blocked") }
            let parameters = try addition.parameters(low: constants.low, high: constants.high)
            problem.addition = .init(
                parameters: parameters.mk, other: addition.other, otherShape: otherShape)
        }
        return try ConvU8Block(problem, lists: lists, isa: isa, packedInputs: packedInputs(constants, in: lists))
    }
}

extension QuantizedAddition.Parameters {
    /// How C calls them, without addresses.
    fileprivate var mk: mk_u8_addition {
        var addition = mk_u8_addition()
        (addition.conv_scale, addition.other_scale, addition.scale) = (convolutionScale, otherScale, scale)
        addition.other_zero_point = otherZeroPoint
        (addition.low, addition.high, addition.zero_point) = (low, high, zeroPoint)
        if let factors {
            addition.has_factors = 1
            (addition.conv_factor, addition.other_factor) = (factors.convolution, factors.other)
            addition.offset = factors.offset
        }
        return addition
    }
}
