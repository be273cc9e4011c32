/// One of several equal parts of the data, for several processes or machines to share a calibration.
struct Shard: Equatable {
    /// From 1.
    let number: Int
    let count: Int

    /// - Precondition: `1 <= number <= count`.
    init(number: Int, count: Int) {
        precondition(number >= 1 && number <= count)
        (self.number, self.count) = (number, count)
    }

    /// Reads `i/n`; nil unless `1 <= i <= n`.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1], number >= 1, number <= count,
            count <= 1 << 20
        else { return nil }
        (self.number, self.count) = (number, count)
    }

    /// This shard's part: neighbouring elements, every one in exactly one shard.
    func part<Element>(of all: [Element]) -> ArraySlice<Element> {
        all[(number - 1) * all.count / count..<number * all.count / count]
    }

    /// This shard's part of batches that follow each other, cut anew: as equal as whole `unit`s of samples allow, and empty
    /// where there are more shards than units.
    func part(ofBatches batches: ArraySlice<Range<Int>>, unit: Int) -> [Range<Int>] {
        guard let first = batches.first, let last = batches.last else { return [] }
        let units = (last.upperBound - first.lowerBound) / unit
        let lower = first.lowerBound + (number - 1) * units / count * unit
        let upper = first.lowerBound + number * units / count * unit
        return stride(from: lower, to: upper, by: first.count).map { $0..<min($0 + first.count, upper) }
    }
}
