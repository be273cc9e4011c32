import Runtime

/// The weights of a depthwise convolution as `conv_depthwise_u8` reads them.
struct DepthwiseLanes {
    /// `[group][tap][16 channels]`, 0 past the last channel.
    private(set) var taps: [Int16]
    /// For each channel the sum of its weights.
    private(set) var sums: [Int32]

    /// - Parameter weights: `[channels][taps]`, less their zero points.
    init(_ weights: [Int16], channels: Int, taps count: Int) {
        let width = BlockedLayout.groupChannels
        taps = [Int16](repeating: 0, count: (channels + width - 1) / width * count * width)
        sums = [Int32](repeating: 0, count: channels)
        for channel in 0..<channels {
            let (group, lane) = channel.quotientAndRemainder(dividingBy: width)
            for tap in 0..<count {
                let weight = weights[channel * count + tap]
                taps[(group * count + tap) * width + lane] = weight
                sums[channel] &+= Int32(weight)
            }
        }
    }
}
