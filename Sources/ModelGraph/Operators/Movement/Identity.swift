import Tensors

/// The input itself. ONNX Identity 1, 13, 14, 16, 19, 21.
package struct Identity: Operator {
    package static let identifier = OperatorIdentifier("Identity")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] { [try operands.type(0)] }
}
