import Tensors

extension Plan {
    /// Alignment of every value in the arena, in bytes: a cache line, and the widest vector register.
    package static let arenaAlignment = 64

    /// How many values share memory, the largest ones: finding places takes time quadratic in their number.
    static let maximumSharingCount = 1 << 14

    /// Gives every intermediate value a place in one buffer, so that values alive at the same step never overlap.
    ///
    /// Largest first, each at the lowest offset that is free for its whole lifetime (greedy by size; Pisarchyk and Lee
    /// 2020, arXiv:2001.03288, section 5).
    ///
    /// - Parameter alignment: of every value, in bytes.
    package mutating func placeInArena(alignment: Int = Plan.arenaAlignment) {
        let candidates = values.indices.filter { index in
            if case .arena = values[index].place { true } else { false }
        }
        let bySize = candidates.sorted { left, right in
            let (leftSize, rightSize) = (values[left].byteCount, values[right].byteCount)
            return leftSize == rightSize ? left < right : leftSize > rightSize
        }
        var placed: [(lifetime: ClosedRange<Int>, bytes: Range<Int>)] = []
        var end = 0
        for (number, index) in bySize.enumerated() {
            let lifetime = values[index].lifetime
            let size =
                (values[index].byteCount + alignment - 1) / alignment * alignment
            guard number < Plan.maximumSharingCount else {
                values[index].place = .arena(offset: end)
                end += size
                continue
            }
            var offset = 0
            for neighbour in placed where neighbour.lifetime.overlaps(lifetime) {
                if offset + size <= neighbour.bytes.lowerBound { break }
                offset = max(offset, neighbour.bytes.upperBound)
            }
            values[index].place = .arena(offset: offset)
            // In the order of their offsets, found by halving.
            var (low, high) = (0, placed.count)
            while low < high {
                let middle = (low + high) / 2
                if placed[middle].bytes.lowerBound < offset { low = middle + 1 } else { high = middle }
            }
            placed.insert((lifetime, offset..<(offset + size)), at: low)
            end = max(end, offset + size)
        }
        arenaByteCount = end
    }
}
