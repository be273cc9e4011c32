import ModelGraph
import Runtime
import Tensors

extension BatchNormalization {
    /// Blocked floats with constant parameters.
    package func channelArrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), x.type.isImage, x.type.elementType == .float32,
            (1...4).allSatisfy({ step.input($0)?.constant != nil })
        else { return [] }
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])]
    }

    /// For each group of 16 channels 16 means, 16 factors and 16 biases: `fma(x - mean, factor, bias)`. 0 past the last channel.
    package func channelLanes(_ step: StepOperands) -> [Float] {
        let x = step.unary.x
        let constants = (1...4).map { step.input($0)?.constant?.inComputeType().floats() ?? [] }
        let (scale, bias, mean, variance) = (constants[0], constants[1], constants[2], constants[3])
        let width = BlockedLayout.groupChannels
        let channels = x.type.shape[1]
        var lanes = [Float](repeating: 0, count: (channels + width - 1) / width * 3 * width)
        for channel in 0..<channels {
            let first = channel / width * 3 * width + channel % width
            lanes[first] = mean[channel]
            lanes[first + width] = scale[channel] / (variance[channel] + epsilon).squareRoot()
            lanes[first + 2 * width] = bias[channel]
        }
        return lanes
    }
}
