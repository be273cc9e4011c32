import Tensors

/// `c = a + b`, integers wrapping. ONNX Add 7, 13, 14.
package struct Add: Operator {
    package static let identifier = OperatorIdentifier("Add")
    package static let inputCount = 2...2

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.broadcastType(in: .numeric)]
    }
}
