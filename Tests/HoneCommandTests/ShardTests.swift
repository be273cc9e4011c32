import Testing

@testable import HoneCommand

@Suite struct ShardTests {
    private static func batches(_ samples: Range<Int>, of size: Int) -> [Range<Int>] {
        stride(from: samples.lowerBound, to: samples.upperBound, by: size).map {
            $0..<min($0 + size, samples.upperBound)
        }
    }

    @Test(arguments: [1, 3, 4, 7, 40], [1, 5, 16])
    func ranksShareSamplesEvenly(count: Int, batch: Int) {
        let all = ShardTests.batches(10..<33, of: batch)
        let parts = (1...count).map { Shard(number: $0, count: count).part(ofBatches: all[...], unit: 1) }
        #expect(parts.flatMap { $0.flatMap { Array($0) } } == Array(10..<33))
        #expect(parts.joined().allSatisfy { !$0.isEmpty && $0.count <= batch })
        let sizes = parts.map { $0.reduce(0) { $0 + $1.count } }
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
    }

    /// A model that fixes its batch gets whole ones.
    @Test(arguments: [1, 2, 5, 9]) func fixedBatchesStayWhole(count: Int) {
        let all = ShardTests.batches(0..<28, of: 4)
        let parts = (1...count).map { Shard(number: $0, count: count).part(ofBatches: all[...], unit: 4) }
        #expect(Array(parts.joined()) == all)
    }

    @Test func noBatchesHaveNoParts() {
        #expect(Shard(number: 1, count: 2).part(ofBatches: [], unit: 1).isEmpty)
    }
}
