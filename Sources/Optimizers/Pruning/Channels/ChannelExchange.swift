/// Looks for an order of channels in which blocks of neighbours keep more: pairs change places as long as it pays.
///
/// What is kept at a threshold t is `sum max(S - t, 0)` over blocks of energy S, up to a constant: where the number of blocks
/// is fixed, the best masks of two orders differ by as much. It takes only the two blocks of a pair to know what an exchange
/// changes.
struct ChannelExchange {
    /// Channels as the rows or the columns of one layer.
    struct View {
        /// Neighbours in a block.
        let block: Int
        /// By channel: its position among the layer's outputs or inputs.
        let positions: [Int]
        /// Sums of a position within each block across, `count` of them.
        let count: Int
        /// By position, all positions of the layer.
        let vectors: [Float]
        let threshold: Float
        /// Sums of whole blocks.
        private(set) var sums: [Float]

        init(block: Int, positions: [Int], count: Int, vectors: [Float], threshold: Float) {
            (self.block, self.positions, self.count) = (block, positions, count)
            (self.vectors, self.threshold) = (vectors, threshold)
            let size = vectors.count / max(count, 1)
            sums = [Float](repeating: 0, count: (size + block - 1) / block * count)
            for position in 0..<size {
                for place in 0..<count { sums[position / block * count + place] += vectors[position * count + place] }
            }
        }

        /// What is kept more if the channels that now take places `first` and `second` change them.
        ///
        /// - Parameters:
        ///   - one: the channel on the first place, and `other`: on the second.
        fileprivate func gain(_ first: Int, _ second: Int, _ one: Int, _ other: Int) -> Float {
            let blocks = (positions[first] / block, positions[second] / block)
            guard blocks.0 != blocks.1 else { return 0 }
            let (from, to) = (positions[one] * count, positions[other] * count)
            let (left, right) = (blocks.0 * count, blocks.1 * count)
            let threshold = threshold
            return vectors.withUnsafeBufferPointer { vectors in
                sums.withUnsafeBufferPointer { sums in
                    var gain: Float = 0
                    for place in 0..<count {
                        let difference = vectors[to + place] - vectors[from + place]
                        let (a, b) = (sums[left + place], sums[right + place])
                        gain += max(a + difference - threshold, 0) - max(a - threshold, 0)
                        gain += max(b - difference - threshold, 0) - max(b - threshold, 0)
                    }
                    return gain
                }
            }
        }

        fileprivate mutating func exchange(_ first: Int, _ second: Int, _ one: Int, _ other: Int) {
            let blocks = (positions[first] / block * count, positions[second] / block * count)
            for place in 0..<count {
                let difference = vectors[positions[other] * count + place] - vectors[positions[one] * count + place]
                sums[blocks.0 + place] += difference
                sums[blocks.1 + place] -= difference
            }
        }
    }

    /// Additions that a search may take.
    static let workLimit = 4_000_000_000
    /// Times that all pairs are tried.
    private static let sweepLimit = 6
    /// Less is rounding.
    private static let leastGain: Float = 1e-7

    /// Improves an order.
    ///
    /// - Parameter start: by place, the channel that takes it.
    static func improved(_ start: [Int], _ views: [View]) -> [Int] {
        var (order, views) = (start, views)
        // The blocks as the start has them.
        for index in views.indices { views[index] = views[index].reordered(start) }
        let perPair = max(views.reduce(0) { $0 + $1.count * 4 }, 1)
        let pairs = order.count * (order.count - 1) / 2
        guard pairs > 0, !views.isEmpty else { return order }
        // Large groups try a part of their pairs: those that lie a stride apart.
        let stride = max(1, pairs / max(workLimit / sweepLimit / perPair, 1))
        for sweep in 0..<sweepLimit {
            var improves = false
            for first in order.indices {
                var second = first + 1 + (stride == 1 ? 0 : (first + sweep) % stride)
                while second < order.count {
                    let (one, other) = (order[first], order[second])
                    var gain: Float = 0
                    for view in views { gain += view.gain(first, second, one, other) }
                    if gain > leastGain {
                        for index in views.indices { views[index].exchange(first, second, one, other) }
                        order.swapAt(first, second)
                        improves = true
                    }
                    second += stride
                }
            }
            guard improves || stride > 1 else { break }
        }
        return order
    }
}

extension ChannelExchange.View {
    /// The same view with the blocks that another order makes.
    fileprivate func reordered(_ order: [Int]) -> ChannelExchange.View {
        var view = self
        for (place, channel) in order.enumerated() where place != channel {
            for index in 0..<count {
                let moved = vectors[positions[channel] * count + index] - vectors[positions[place] * count + index]
                view.sums[positions[place] / block * count + index] += moved
            }
        }
        return view
    }
}
