import Tensors

/// `Q(mean of each window of DQ(x))`, summed as AveragePool sums. com.microsoft QLinearAveragePool 1.
///
/// Where `ceil_mode` lets a last window reach beyond the padding and padding counts, ONNX Runtime divides by the whole
/// kernel here, but not in its AveragePool; the operator equals AveragePool, whose definition in ONNX counts neither.
package struct QLinearAveragePool: QuantizedUnaryOperator {
    package static let identifier = OperatorIdentifier("QLinearAveragePool", domain: microsoftDomain)

    package let window: WindowAttributes
    package let kernel: [Int]
    package let roundsUp: Bool
    /// Whether zeros of the padding count as elements.
    package let countsPadding: Bool
    /// Whether channels are the last dimension rather than the second.
    package let channelsLast: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        window = try WindowAttributes(&attributes, hasDilations: false)
        guard let kernel = window.kernelShape else {
            throw HoneError(.invalidModel, "attribute kernel_shape is missing")
        }
        self.kernel = kernel
        roundsUp = try attributes.flag("ceil_mode", default: false)
        countsPadding = try attributes.flag("count_include_pad", default: false)
        channelsLast = try attributes.flag("channels_last", default: false)
    }

    /// The spatial dimensions of a tensor of `rank`.
    package func spatialAxes(rank: Int) -> Range<Int> { channelsLast ? 1..<(rank - 1) : 2..<rank }

    /// The window over an input of that shape.
    package func resolvedWindow(input shape: [Int]) throws(HoneError) -> SlidingWindow {
        guard shape.count == kernel.count + 2 else {
            throw HoneError(
                .invalidModel,
                "input 0 has shape \(shape); a kernel of \(kernel.count) dimensions needs rank \(kernel.count + 2)")
        }
        let spatial = Array(shape[spatialAxes(rank: shape.count)])
        for size in spatial where size >= WindowAttributes.limit {
            throw HoneError(.unsupported, "input 0 has shape \(shape); spatial dimensions go up to 2^31 - 1")
        }
        return try window.resolve(input: spatial, kernel: kernel, roundsUp: roundsUp)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try quantizedOperand(operands)
        let window = try resolvedWindow(input: x.shape)
        var shape = x.shape
        shape.replaceSubrange(spatialAxes(rank: x.rank), with: window.output)
        return [TensorType(x.elementType, shape)]
    }
}
