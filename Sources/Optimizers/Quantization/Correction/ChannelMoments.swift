import Tensors

/// The mean and the variance of each channel of a value, over samples and positions, summed in double precision in the order
/// of the elements.
struct ChannelMoments {
    private var sums: [Double] = []
    private var squares: [Double] = []
    /// Elements of each channel.
    private(set) var count = 0

    /// Takes in a batch of shape `[N, C, positions...]`.
    mutating func add(_ values: UnsafeBufferPointer<Float>, shape: [Int]) {
        guard shape.count >= 2, !values.isEmpty else { return }
        let channels = shape[1]
        let inner = shape[2...].reduce(1, *)
        if sums.isEmpty {
            sums = [Double](repeating: 0, count: channels)
            squares = sums
        }
        guard sums.count == channels else { return }
        for line in 0..<(values.count / inner) {
            let channel = line % channels
            var (sum, square) = (sums[channel], squares[channel])
            for place in (line * inner)..<((line + 1) * inner) {
                let value = Double(values[place])
                sum += value
                square += value * value
            }
            (sums[channel], squares[channel]) = (sum, square)
        }
        count += values.count / channels
    }

    /// By channel; empty if nothing was seen.
    var means: [Double] { sums.map { $0 / Double(count) } }

    /// By channel, of the elements themselves rather than of what they are drawn from; empty if nothing was seen.
    var variances: [Double] {
        zip(sums, squares).map { sum, square in
            let mean = sum / Double(count)
            return max(square / Double(count) - mean * mean, 0)
        }
    }
}
