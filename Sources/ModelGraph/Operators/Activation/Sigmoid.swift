import Tensors

/// `y = 1 / (1 + exp(-x))`. ONNX Sigmoid 6, 13.
package struct Sigmoid: Operator {
    package static let identifier = OperatorIdentifier("Sigmoid")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
