import Tensors

/// `c = a / b`. ONNX Div 7, 13, 14.
///
/// Integers truncate toward zero; ONNX leaves a zero divisor open, which gives 0 here, and the lowest integer over -1
/// wraps to itself.
package struct Div: Operator {
    package static let identifier = OperatorIdentifier("Div")
    package static let inputCount = 2...2

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.broadcastType(in: .numeric)]
    }
}
