import Tensors

/// The sum of any number of tensors, added from the first to the last. ONNX Sum 6, 8, 13.
package struct Sum: Operator {
    package static let identifier = OperatorIdentifier("Sum")
    package static let inputCount = 1...variadic

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.broadcastType(in: .floats)]
    }
}
