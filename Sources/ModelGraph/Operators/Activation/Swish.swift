import Tensors

/// `y = x * sigmoid(alpha * x)`. ONNX Swish 24.
package struct Swish: Operator {
    package static let identifier = OperatorIdentifier("Swish")
    package static let opsets = 24...25
    package static let inputCount = 1...1

    package let alpha: Float

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        alpha = try attributes.float("alpha", default: 1)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
