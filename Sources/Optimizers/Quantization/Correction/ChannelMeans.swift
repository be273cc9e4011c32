import Tensors

/// Means of a value over positions, for each sample and channel, summed in double precision in the order of the elements.
struct ChannelMeans {
    /// By sample, then by channel.
    private(set) var samples: [[Double]] = []

    /// Takes in a batch of a value of shape `[N, C, positions...]`, or with the channels last.
    ///
    mutating func add(_ values: UnsafeBufferPointer<Float>, samples count: Int, channels: Int, areLast: Bool) {
        guard count > 0, channels > 0, values.count % (count * channels) == 0 else { return }
        let positions = values.count / count / channels
        for sample in 0..<count {
            let start = sample * channels * positions
            samples.append(
                (0..<channels).map { channel in
                    var sum = 0.0
                    for position in 0..<positions {
                        sum += Double(
                            values[start + (areLast ? position * channels + channel : channel * positions + position)])
                    }
                    return sum / Double(max(positions, 1))
                })
        }
    }
}
