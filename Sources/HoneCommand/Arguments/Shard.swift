/// One of several equal parts of the data, for several processes or machines to share a calibration.
struct Shard: Equatable {
    /// From 1.
    let number: Int
    let count: Int

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
}
