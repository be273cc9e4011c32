/// Puts rows of bits together, so many at a time, such that the unions of the clusters have few bits.
///
/// Greedy: a cluster starts with the row of the fewest bits and takes the row that adds the least. Finding the best clusters
/// is NP-hard; this takes time of the square of the rows.
struct RowClusters {
    /// Rows side by side: `[row][word]`.
    private var bits: [UInt64]
    /// What a bit of each word counts.
    private let weights: [Int]
    private let count: Int

    /// - Parameter parts: rows that lie side by side, as many in each part, with what a bit of them counts.
    init(_ parts: [(rows: BitRows, weight: Int)], count: Int) {
        self.count = count
        weights = parts.flatMap { part in [Int](repeating: part.weight, count: part.rows.words) }
        bits = []
        bits.reserveCapacity(count * weights.count)
        for row in 0..<count {
            for (rows, _) in parts { bits += rows.bits[(row * rows.words)..<((row + 1) * rows.words)] }
        }
    }

    /// The rows in an order in which each `size` neighbours are a cluster; a last one may be smaller.
    func order(size: Int) -> [Int] {
        let words = weights.count
        var order: [Int] = []
        order.reserveCapacity(count)
        var left = Array(0..<count)
        var union = [UInt64](repeating: 0, count: words)
        bits.withUnsafeBufferPointer { bits in
            weights.withUnsafeBufferPointer { weights in
                union.withUnsafeMutableBufferPointer { union in
                    let whole = (0..<count).map { row in
                        (0..<words).reduce(0) { $0 + weights[$1] * bits[row * words + $1].nonzeroBitCount }
                    }
                    while !left.isEmpty {
                        union.update(repeating: 0)
                        for member in 0..<min(size, left.count) {
                            var best = (place: 0, growth: Int.max, whole: 0)
                            for (place, row) in left.enumerated() {
                                var growth = 0
                                if member == 0 {
                                    growth = whole[row]
                                } else {
                                    var word = 0
                                    // What adds more than another row already is of no interest.
                                    while word < words && growth <= best.growth {
                                        growth +=
                                            weights[word] * (bits[row * words + word] & ~union[word]).nonzeroBitCount
                                        word += 1
                                    }
                                }
                                // Of two that add as much, the fuller one: it finds no better company later.
                                if growth < best.growth || (growth == best.growth && whole[row] > best.whole) {
                                    best = (place, growth, whole[row])
                                }
                            }
                            let row = left.remove(at: best.place)
                            for word in 0..<words { union[word] |= bits[row * words + word] }
                            order.append(row)
                        }
                    }
                }
            }
        }
        return order
    }
}

extension BitRows {
    /// The unions of each `size` rows in an order.
    func unions(of order: [Int], size: Int) -> BitRows {
        var result = BitRows(count: (order.count + size - 1) / size, bits: words * 64)
        for (place, row) in order.enumerated() {
            for word in 0..<words { result.bits[place / size * words + word] |= bits[row * words + word] }
        }
        return result
    }

    var bitCount: Int { bits.reduce(0) { $0 + $1.nonzeroBitCount } }
}
