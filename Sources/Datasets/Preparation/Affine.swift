import Tensors

/// `(x / div - mean) / std` in float32, one mean and one std per channel or one for all.
struct Affine {
    private let div: Float
    private let mean: [Float]
    private let std: [Float]

    init(_ preprocessing: Preprocessing) {
        div = preprocessing.div
        mean = preprocessing.mean
        std = preprocessing.std
    }

    /// Whether each channel has values of its own.
    var isPerChannel: Bool { mean.count > 1 || std.count > 1 }

    /// The number of channels that the values are for; 1 fits any.
    var channelCount: Int { max(mean.count, std.count) }

    func apply(_ value: Float, channel: Int) -> Float {
        let mean = mean.count == 1 ? mean[0] : mean[channel]
        let std = std.count == 1 ? std[0] : std[channel]
        return (value / div - mean) / std
    }

    /// The results for all bytes: the same bits as `apply`, without its divisions.
    func table(channel: Int) -> [Float] { (0..<256).map { apply(Float($0), channel: channel) } }
}
