import Tensors

/// The mean of any number of tensors: their sum from the first to the last, divided once. ONNX Mean 6, 8, 13.
package struct Mean: Operator {
    package static let identifier = OperatorIdentifier("Mean")
    package static let inputCount = 1...variadic

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.broadcastType(in: .floats)]
    }
}
