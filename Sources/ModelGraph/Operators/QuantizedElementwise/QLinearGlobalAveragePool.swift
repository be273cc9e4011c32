import Tensors

/// `Q(mean of DQ(x))` over all spatial dimensions. com.microsoft QLinearGlobalAveragePool 1.
package struct QLinearGlobalAveragePool: QuantizedUnaryOperator {
    package static let identifier = OperatorIdentifier("QLinearGlobalAveragePool", domain: microsoftDomain)

    /// Whether channels are the last dimension rather than the second.
    package let channelsLast: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        channelsLast = try attributes.flag("channels_last", default: false)
    }

    /// The spatial dimensions of a tensor of `rank`.
    package func spatialAxes(rank: Int) -> Range<Int> { channelsLast ? 1..<(rank - 1) : 2..<rank }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try quantizedOperand(operands)
        guard x.rank >= 3 else {
            throw HoneError(.invalidModel, "input 0 is \(x); expected batch, channel and spatial dimensions")
        }
        var shape = x.shape
        for axis in spatialAxes(rank: x.rank) { shape[axis] = 1 }
        return [TensorType(x.elementType, shape)]
    }
}
