import Tensors

/// `(x - mean) * scale / sqrt(variance + epsilon) + B` for each channel, with the statistics given: inference only. Inputs X,
/// scale, B, mean, variance. ONNX BatchNormalization 7, 9, 14, 15.
package struct BatchNormalization: Operator {
    package static let identifier = OperatorIdentifier("BatchNormalization")
    package static let inputCount = 5...5
    package static let outputCount = 1...5

    package let epsilon: Float

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        epsilon = try attributes.float("epsilon", default: 1e-5)
        attributes.ignore("momentum")
        if attributes.opset < 9, try attributes.int("spatial", default: 1) != 1 {
            throw HoneError(.unsupported, "attribute spatial is not 1: statistics for each pixel are not supported")
        }
        if attributes.opset >= 14, try attributes.int("training_mode", default: 0) != 0 {
            throw HoneError(
                .unsupported, "attribute training_mode is not 0: Hone runs trained models",
                remedy: "export the model in inference mode")
        }
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        guard operands.outputCount == 1 else {
            throw HoneError(
                .unsupported, "\(operands.outputCount) outputs are named: the statistics of training are not supported",
                remedy: "export the model in inference mode")
        }
        let input = try operands.type(0, in: .floats)
        guard input.rank >= 2 else {
            throw HoneError(.invalidModel, "input 0 is \(input); expected [batch, channels, ...]")
        }
        try operands.checkChannelParameters(1...4, channels: input.shape[1])
        return [input]
    }
}

extension Operands {
    /// Checks inputs that hold one float for each channel.
    func checkChannelParameters(_ indices: ClosedRange<Int>, channels: Int) throws(HoneError) {
        for index in indices {
            let type = try type(index, in: .floats)
            guard type.shape == [channels] else {
                throw HoneError(
                    .invalidModel, "input \(index) is \(type); expected one value for each of \(channels) channels")
            }
        }
    }
}
