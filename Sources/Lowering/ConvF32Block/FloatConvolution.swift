import ModelGraph
import Runtime
import Tensors

/// A float convolution whose weights and bias are constant, with its window in two dimensions: what the cpu backend has a kernel for.
package struct FloatConvolution {
    package let window: SlidingWindow
    /// `[M, C / group, rows, columns]`.
    package let weightShape: [Int]
    package let group: Int
    package let channels: Int
    package let weights: Tensor
    package let bias: Tensor?

    /// - Returns: nil where the definition must run.
    package init?(_ convolution: Conv, _ step: StepOperands) {
        guard let x = step.input(0), let w = step.input(1), let weights = w.constant, let output = step.output(0),
            x.type.elementType == .float32, weights.elementType == .float32, output.type.elementType == .float32,
            x.type.elementCount > 0, output.type.elementCount > 0,
            let window = try? convolution.resolvedWindow(input: x.type.shape, weight: w.type.shape)
        else { return nil }
        if let bias = step.input(2) {
            guard let constant = bias.constant else { return nil }
            self.bias = constant
        } else {
            bias = nil
        }
        let isLine = window.input.count == 1
        self.window =
            isLine
            ? SlidingWindow(
                kernel: [1] + window.kernel, strides: [1] + window.strides, dilations: [1] + window.dilations,
                padsBegin: [0] + window.padsBegin, padsEnd: [0] + window.padsEnd, input: [1] + window.input,
                output: [1] + window.output) : window
        weightShape = isLine ? [w.type.shape[0], w.type.shape[1], 1, w.type.shape[2]] : w.type.shape
        group = convolution.group
        channels = x.type.shape[1]
        self.weights = weights
        guard isDepthwise || group == 1 || (weightShape[0] / group) % 16 == 0, hasReasonableReach else { return nil }
    }

    package var isDepthwise: Bool { group > 1 && group == channels && weightShape[0] == channels }

    /// The padding that taps reach: the end's may be less than the attribute says.
    package var halo: Halo {
        let end = [0, 1].map { dimension in
            max(
                0,
                (window.output[dimension] - 1) * window.strides[dimension] + window.extent(dimension)
                    - window.input[dimension] - window.padsBegin[dimension])
        }
        return Halo(top: window.padsBegin[0], left: window.padsBegin[1], bottom: end[0], right: end[1])
    }

    /// Whether the input with its padding is of a size that offsets and memory hold.
    private var hasReasonableReach: Bool {
        var floats = 1
        for factor in [
            channels + 16, window.padsBegin[0] + window.input[0] + halo.bottom + 1,
            window.padsBegin[1] + window.input[1] + halo.right + 1,
        ] {
            let (product, overflow) = floats.multipliedReportingOverflow(by: factor)
            guard !overflow, product < Int(Int32.max), product * 4 <= MemoryLimit.byteCount else { return false }
            floats = product
        }
        return weightShape.reduce(1, *) < Int(Int32.max)
    }

    /// The layouts that the kernel takes: for images of up to 4 channels packed pixels first.
    package var arrangements: [Arrangement] {
        let blocked = Arrangement(inputs: [0: .blocked(halo)], outputs: [0: .blocked()])
        guard channels <= 4, !isDepthwise else { return [blocked] }
        return [Arrangement(inputs: [0: .packedPixels(halo)], outputs: [0: .blocked()]), blocked]
    }
}
