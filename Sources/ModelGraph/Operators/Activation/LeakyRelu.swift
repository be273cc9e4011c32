import Tensors

/// `y = x` from 0 on, `alpha * x` below. ONNX LeakyRelu 6, 16.
package struct LeakyRelu: Operator {
    package static let identifier = OperatorIdentifier("LeakyRelu")
    package static let inputCount = 1...1

    package let alpha: Float

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        alpha = try attributes.float("alpha", default: 0.01)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
