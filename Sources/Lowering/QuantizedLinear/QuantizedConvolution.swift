import ModelGraph
import Runtime
import Tensors

/// A quantized convolution whose weights and parameters are constant, as kernels see it: with the clamp and the addition
/// that are fused into it.
package struct QuantizedConvolution {
    package let base: QLinearConv
    package let bounds: ClampBounds?
    package let input: StepOperands.Value
    package let output: StepOperands.Value
    package let weights: Tensor
    package let window: SlidingWindow
    /// How far the window reaches beyond the image.
    package let halo: Halo
    /// The type of the convolution's own result.
    package let resultType: TensorType
    package let addition: QuantizedAddition?
    /// The zero point of the input's u8 form, which padding holds.
    private let haloByte: UInt8
    let step: StepOperands

    /// Nil where the definition must run: a parameter that is computed, an addition of another kind, an empty image, or
    /// padding far larger than image and result.
    package init?(_ base: QLinearConv, bounds: ClampBounds?, _ step: StepOperands) {
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
        self.step = step
    }

    /// Input channels over all groups.
    package var channels: Int { input.type.shape[1] }

    /// Whether every channel has a filter of its own.
    package var isDepthwise: Bool { base.group > 1 && base.group == channels && weights.shape[0] == channels }

    /// Packed pixels for the few channels of an image, else groups of 16.
    package var arrangements: [Arrangement] {
        var inputs: [OperandLayout] = [.blocked(halo)]
        if channels <= 4, base.group == 1, window.dilations.last == 1 { inputs.insert(.packedPixels(halo), at: 0) }
        return inputs.map { Arrangement(inputs: [0: $0], outputs: [0: .blocked()], haloByte: haloByte) }
    }

    /// Whether lists of these weights take memory in proportion: one channel of one output fills a 64th of a block.
    package static func packsWell(_ weights: TensorType, channels: Int) -> Bool {
        let taps = weights.shape[2...].reduce(1.0) { $0 * Double($1) }
        let entries = Double((channels + 15) / 16 * 4) * taps
        let blocks = Double((weights.shape[0] + 31) / 32 * 32) * Double((weights.shape[1] + 3) / 4 * 4) * taps
        return entries <= 0x1p20 && blocks <= Double(weights.elementCount) * 8 + 0x1p26
    }

    /// The halo that the window needs; nil where an image with it would not have 32-bit distances, or would be far larger
    /// than what the model itself asks for.
    package static func halo(_ window: SlidingWindow, input: TensorType, output: TensorType) -> Halo? {
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
