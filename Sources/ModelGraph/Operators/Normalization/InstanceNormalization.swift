import Tensors

/// `(x - mean) * scale / sqrt(variance + epsilon) + B`, with the statistics of each image's channel. Inputs X, scale, B. ONNX
/// InstanceNormalization 6, 22.
package struct InstanceNormalization: Operator {
    package static let identifier = OperatorIdentifier("InstanceNormalization")
    package static let inputCount = 3...3

    package let epsilon: Float

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        epsilon = try attributes.float("epsilon", default: 1e-5)
        // Opsets before 6 had it; exporters still write it.
        attributes.ignore("consumed_inputs")
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let input = try operands.type(0, in: .floats)
        guard input.rank >= 3 else {
            throw HoneError(.invalidModel, "input 0 is \(input); expected [batch, channels, spatial...]")
        }
        try operands.checkChannelParameters(1...2, channels: input.shape[1])
        return [input]
    }
}
