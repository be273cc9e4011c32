import Tensors

/// Addition of quantized tensors: `Q(DQ(a) + DQ(b))`, each step rounded as the separate operators round it.
/// com.microsoft QLinearAdd 1.
package struct QLinearAdd: QuantizedBinaryOperator {
    package static let identifier = OperatorIdentifier("QLinearAdd", domain: microsoftDomain)

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}
}
