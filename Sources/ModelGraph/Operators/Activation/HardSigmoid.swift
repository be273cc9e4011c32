import Tensors

/// `y = max(0, min(1, alpha * x + beta))`. ONNX HardSigmoid 6, 22.
package struct HardSigmoid: Operator {
    package static let identifier = OperatorIdentifier("HardSigmoid")
    // Unchanged since 6, where the ONNX project's own test of it stands.
    package static let opsets = 6...25
    package static let inputCount = 1...1

    package let alpha: Float
    package let beta: Float

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        alpha = try attributes.float("alpha", default: 0.2)
        beta = try attributes.float("beta", default: 0.5)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
