import ModelGraph
import Runtime
import Tensors

extension QuantizedConvolution {
    /// What a kernel computes with beside the weights.
    ///
    /// `q = rint(clamp(float(acc) * multiplier, low, high)) + zeroPoint`, where `acc` starts from
    /// `bias - inputZeroPoint * sum(w)` and sums the products of stored bytes with weights less their zero points, wrapping.
    package struct Constants: Sendable {
        /// For each output: the bias, 0 without one.
        package let bias: [Int32]
        /// For each output `(sx * sw) / sy`.
        package let multipliers: [Float]
        /// For each output.
        package let weightZeroPoints: [Int32]
        /// Of the input's u8 form.
        package let inputZeroPoint: Int32
        /// Of the convolution's own result, in u8 form.
        package let zeroPoint: Int32
        /// Bounds of the convolution's own integers less their zero point, the fused clamp included.
        package let low: Float
        package let high: Float

        /// For each output what its sum starts from.
        ///
        /// - Parameter sums: for each output its weights less their zero points, added, wrapping.
        package func starts(_ sums: [Int32]) -> [Int32] {
            zip(bias, sums).map { $0 &- inputZeroPoint &* $1 }
        }
    }

    /// Reads the constant operands.
    ///
    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    package func constants() throws(HoneError) -> Constants {
        let outputs = weights.shape[0]
        let xScale = try step.scales(1, "x_scale")[0]
        let wScales = try step.scales(4, "w_scale").spread(over: outputs)
        let yScale = try step.scales(6, "y_scale")[0]
        let yZero = step.integers(7)[0]
        let element = resultType.elementType
        let range = bounds?.range(of: element) ?? element.quantizedRange
        return Constants(
            bias: step.input(8) == nil ? [Int32](repeating: 0, count: outputs) : step.integers(8),
            multipliers: wScales.map { (xScale * $0) / yScale },
            weightZeroPoints: step.integers(5).spread(over: outputs),
            inputZeroPoint: step.integers(2)[0] + input.type.elementType.offsetToUInt8,
            zeroPoint: yZero + element.offsetToUInt8,
            low: Float(range.lowerBound - yZero), high: Float(range.upperBound - yZero))
    }

    /// The weights less their zero points, in the order of the file.
    package func weightDifferences(_ constants: Constants) -> [Int16] {
        let perOutput = weights.elementCount / max(weights.shape[0], 1)
        return step.integers(3).enumerated().map { Int16($1 - constants.weightZeroPoints[$0 / perOutput]) }
    }

    /// The weights as lists of blocks that are not zero, for an input of that layout.
    ///
    /// - Throws: `.outOfMemory`.
    package func lists(_ constants: Constants, input: BlockedLayout) throws(HoneError) -> BlockLists {
        try BlockLists(
            weights: weights, zeroPoints: constants.weightZeroPoints, group: base.group,
            coordinates: BlockCoordinates(
                channels: channels, kernel: window.kernel,
                isPacked: input.channelsPerPixel != BlockedLayout.groupChannels))
    }

    /// The step's weights, written again from the lists that hold them.
    package func packedInputs(_ constants: Constants, in lists: BlockLists) -> PackedInputs {
        let (zeroPoints, group) = (constants.weightZeroPoints, base.group)
        return [3: { lists.unpack(into: $0, zeroPoints: zeroPoints, group: group) }]
    }
}
