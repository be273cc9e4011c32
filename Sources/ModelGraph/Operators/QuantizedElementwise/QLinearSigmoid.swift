import Tensors

/// `Q(sigmoid(DQ(x)))`. com.microsoft QLinearSigmoid 1.
package struct QLinearSigmoid: QuantizedUnaryOperator {
    package static let identifier = OperatorIdentifier("QLinearSigmoid", domain: microsoftDomain)

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}
}
