import Tensors

extension Plan {
    /// Alignment of every value in the arena, in bytes: a cache line, and the widest vector register.
    package static let arenaAlignment = 64

    /// Gives every intermediate value a place in one buffer, so that values alive at the same step never overlap.
    ///
    /// Largest first, each at the lowest offset that is free for its whole lifetime (greedy by size; Pisarchyk and Lee
    /// 2020, arXiv:2001.03288, section 5).
    mutating func placeInArena() {
        let candidates = values.indices.filter { index in
            if case .arena = values[index].place { true } else { false }
        }
        let bySize = candidates.sorted { left, right in
            let (leftSize, rightSize) = (values[left].type.byteCount, values[right].type.byteCount)
            return leftSize == rightSize ? left < right : leftSize > rightSize
        }
        var placed: [(lifetime: ClosedRange<Int>, bytes: Range<Int>)] = []
        var end = 0
        for index in bySize {
            let lifetime = values[index].lifetime
            let size =
                (values[index].type.byteCount + Plan.arenaAlignment - 1) / Plan.arenaAlignment * Plan.arenaAlignment
            var offset = 0
            let neighbours = placed.filter { $0.lifetime.overlaps(lifetime) }.sorted {
                $0.bytes.lowerBound < $1.bytes.lowerBound
            }
            for neighbour in neighbours {
                if offset + size <= neighbour.bytes.lowerBound { break }
                offset = max(offset, neighbour.bytes.upperBound)
            }
            values[index].place = .arena(offset: offset)
            placed.append((lifetime, offset..<(offset + size)))
            end = max(end, offset + size)
        }
        arenaByteCount = end
    }
}
