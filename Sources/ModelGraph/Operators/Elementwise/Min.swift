import Tensors

/// The least of any number of tensors, element by element; a NaN wins. ONNX Min 6, 8, 12, 13.
package struct Min: Operator {
    package static let identifier = OperatorIdentifier("Min")
    package static let inputCount = 1...variadic

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.broadcastType(in: .numeric)]
    }
}
