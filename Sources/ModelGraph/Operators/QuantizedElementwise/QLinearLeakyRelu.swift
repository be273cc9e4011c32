import Tensors

/// `Q(leakyRelu(DQ(x)))`. com.microsoft QLinearLeakyRelu 1.
package struct QLinearLeakyRelu: QuantizedUnaryOperator {
    package static let identifier = OperatorIdentifier("QLinearLeakyRelu", domain: microsoftDomain)

    package let alpha: Float

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        alpha = try attributes.float("alpha", default: 0.01)
    }
}
