import Tensors

/// `y = x * max(0, min(1, x / 6 + 0.5))`. ONNX HardSwish 14, 22.
package struct HardSwish: Operator {
    package static let identifier = OperatorIdentifier("HardSwish")
    package static let opsets = 14...25
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
