import Tensors

/// `y = |x|`; the lowest integer wraps to itself. ONNX Abs 6, 13.
package struct Abs: Operator {
    package static let identifier = OperatorIdentifier("Abs")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .numeric)]
    }
}
