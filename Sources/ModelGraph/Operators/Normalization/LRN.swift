import Tensors

/// `x / (bias + alpha / size * sum of squares over the size nearest channels) ^ beta`. ONNX LRN 1, 13.
package struct LRN: Operator {
    package static let identifier = OperatorIdentifier("LRN")
    package static let inputCount = 1...1

    package let size: Int
    package let alpha: Float
    package let beta: Float
    package let bias: Float

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        guard let size = try attributes.int("size") else {
            throw HoneError(.invalidModel, "attribute size is missing")
        }
        guard size >= 1, size < WindowAttributes.limit else {
            throw HoneError(.invalidModel, "attribute size is \(size); supported are 1 to 2^31 - 1")
        }
        self.size = size
        alpha = try attributes.float("alpha", default: 1e-4)
        beta = try attributes.float("beta", default: 0.75)
        bias = try attributes.float("bias", default: 1)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let input = try operands.type(0, in: .floats)
        guard input.rank >= 2 else {
            throw HoneError(.invalidModel, "input 0 is \(input); expected [batch, channels, ...]")
        }
        return [input]
    }
}
