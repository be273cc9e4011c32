import Optimizers
import TestSupport
import Testing

@Suite struct TensorStatisticsTests {
    private static func statistics(_ values: [Float], samples: Int) -> TensorStatistics {
        var statistics = TensorStatistics()
        values.withUnsafeBufferPointer { statistics.add($0, samples: samples) }
        return statistics
    }

    @Test func aSumDoesNotRound() {
        var sum = ExactSum()
        for value: Float in [1e30, 1, -1e30, 2 * .leastNonzeroMagnitude, 0.5] { sum.add(value) }
        #expect(sum.value == 1.5)
        sum.add(-1.5)
        #expect(sum.value == 2 * Double(Float.leastNonzeroMagnitude))
        sum.add(-2 * .leastNonzeroMagnitude)
        #expect(sum == ExactSum())
        sum.add(-.greatestFiniteMagnitude)
        sum.add(-.greatestFiniteMagnitude)
        #expect(sum.value == -2 * Double(Float.greatestFiniteMagnitude))
    }

    @Test(arguments: [21, 22, 23, 24] as [UInt64])
    func orderAndShardsDoNotMatter(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let samples = (0..<40).map { _ in
            (0..<6).map { _ -> Float in
                let value = Float.random(in: -1...1, using: &generator)
                switch Int.random(in: 0..<20, using: &generator) {
                case 0: return .nan
                case 1: return -.infinity
                case 2: return value * 1e20
                case 3: return value * .leastNormalMagnitude
                default: return value
                }
            }
        }
        let whole = TensorStatisticsTests.statistics(samples.flatMap { $0 }, samples: 40)
        var merged = TensorStatistics()
        for part in [samples[25...], samples[..<10], samples[10..<25]] {
            merged.merge(
                TensorStatisticsTests.statistics(part.shuffled(using: &generator).flatMap { $0 }, samples: part.count))
        }
        #expect(merged == whole)
        #expect(whole.elementCount == 240)
        #expect(whole.nanCount + whole.negativeInfinityCount > 0)
        #expect(merged.meanMaximum == whole.meanMaximum)
    }

    @Test func meansAreOverSamples() {
        let statistics = TensorStatisticsTests.statistics([1, 2, -3, 8, .nan, .infinity, -0.0, 0], samples: 4)
        #expect(statistics.extremes == -3...8)
        #expect(statistics.sampleCount == 3)
        #expect(statistics.meanMinimum == (1 - 3 + 0) / 3.0)
        #expect(statistics.meanMaximum == (2 + 8 + 0) / 3.0)
        #expect(statistics.nanCount == 1)
        #expect(statistics.positiveInfinityCount == 1)
        #expect(statistics.zeroCount == 2)
    }

    @Test func nothingSeenIsNoRange() {
        let statistics = TensorStatisticsTests.statistics([.nan, .nan], samples: 1)
        #expect(statistics.extremes == nil)
        #expect(statistics.meanMinimum == nil)
        #expect(TensorStatisticsTests.statistics([], samples: 0) == TensorStatistics())
    }
}
