import Tensors

/// `y = x` from 0 on, `alpha * (exp(x) - 1)` below. ONNX Elu 6, 22.
package struct Elu: Operator {
    package static let identifier = OperatorIdentifier("Elu")
    // Unchanged since 6, where the ONNX project's own test of it stands.
    package static let opsets = 6...25
    package static let inputCount = 1...1

    package let alpha: Float

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        alpha = try attributes.float("alpha", default: 1)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
