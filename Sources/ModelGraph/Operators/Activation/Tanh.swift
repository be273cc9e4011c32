import Tensors

/// `y = tanh(x)`. ONNX Tanh 6, 13.
package struct Tanh: Operator {
    package static let identifier = OperatorIdentifier("Tanh")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
