import Tensors

/// Multiplication of quantized tensors: `Q(DQ(a) * DQ(b))`, each step rounded as the separate operators round it.
/// com.microsoft QLinearMul 1.
package struct QLinearMul: QuantizedBinaryOperator {
    package static let identifier = OperatorIdentifier("QLinearMul", domain: microsoftDomain)

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}
}
