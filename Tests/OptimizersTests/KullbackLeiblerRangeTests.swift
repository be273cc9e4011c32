import Foundation
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct KullbackLeiblerRangeTests {
    private static func statistics(_ values: [Float]) -> TensorStatistics {
        var statistics = TensorStatistics()
        values.withUnsafeBufferPointer { statistics.add($0, samples: 1) }
        return statistics
    }

    /// The definition, bin by bin with dictionaries, nothing shared with what is tested but the histogram.
    private static func divergence(_ statistics: TensorStatistics, _ grid: ActivationQuantization) -> Double {
        guard let extremes = statistics.extremes else { return 0 }
        var bins: [(center: Double, count: Double)] = []
        for (bin, count) in statistics.histogram.counts.enumerated() where count > 0 {
            let bounds = statistics.histogram.bounds(ofBin: bin)
            let low = max(bounds.lower, Double(extremes.lowerBound))
            let high = min(bounds.upper, Double(extremes.upperBound))
            bins.append(((low + high) / 2, Double(count)))
        }
        let scale = Double(grid.scale)
        func integer(_ x: Double) -> Int { Int((x / scale).rounded(.toNearestOrEven)) + Int(grid.zeroPoint) }
        let inside = bins.indices.filter {
            (Int(grid.type.range.lowest)...Int(grid.type.range.highest)).contains(integer(bins[$0].center))
        }
        guard let first = inside.first, let last = inside.last else { return bins.isEmpty ? 0 : .infinity }
        let total = bins.reduce(0) { $0 + $1.count }
        let below = bins[..<first].reduce(0) { $0 + $1.count }
        let above = bins[(last + 1)...].reduce(0) { $0 + $1.count }
        if below > 0 && bins[first].center > 0 || above > 0 && bins[last].center < 0 { return .infinity }
        let kept = total - below - above
        var sum = 0.0
        for index in inside {
            let peers = inside.filter { integer(bins[$0].center) == integer(bins[index].center) }
            let q = peers.reduce(0) { $0 + bins[$1].count } / Double(peers.count) / kept
            var p = bins[index].count
            if index == first { p += below }
            if index == last { p += above }
            sum += p / total * log(p / total / q)
        }
        return sum
    }

    @Test(arguments: [121, 122, 123, 124] as [UInt64], QuantizedType.allCases)
    func theBestOfAllEndsByBruteForce(seed: UInt64, type: QuantizedType) {
        var generator = SeededGenerator(seed: seed)
        let isRectified = seed % 2 == 0
        let values = (0..<300).map { _ -> Float in
            let uniform = (0..<4).reduce(Float(0)) { sum, _ in sum + Float.random(in: -0.5...0.5, using: &generator) }
            return isRectified ? max(uniform * uniform * uniform, 0) : uniform * uniform * uniform
        }
        let statistics = KullbackLeiblerRangeTests.statistics(values)
        let estimator = KullbackLeiblerRange()
        let full = MinMaxRange().range(of: statistics, type: type)
        let best = estimator.range(of: statistics, type: type)
        let least = KullbackLeiblerRangeTests.divergence(statistics, ActivationQuantization(best, type: type))
        #expect(least >= -1e-12)
        #expect(
            least <= KullbackLeiblerRangeTests.divergence(statistics, ActivationQuantization(full, type: type)) + 1e-12)
        // Neither end alone can be moved to a better place; on a symmetric grid both together.
        for percentage in 30...100 {
            let share = Float(percentage) / 100
            let end = max(-full.low, full.high) * share
            let asymmetric = [
                ValueRange(low: best.low, high: full.high * share), ValueRange(low: full.low * share, high: best.high),
            ]
            let symmetric = [ValueRange(low: max(full.low, -end), high: min(full.high, end))]
            for range in type.isSymmetric ? symmetric : asymmetric {
                let grid = ActivationQuantization(range, type: type)
                let expected = KullbackLeiblerRangeTests.divergence(statistics, grid)
                let measured = estimator.divergence(statistics, grid)
                #expect(expected == measured || abs(expected - measured) < 1e-9)
                #expect(least <= expected + 1e-9, "seed \(seed): \(range)")
            }
        }
    }

    @Test func zerosTakeNoPart() {
        let values = (1...5000).map { index -> Float in
            let small = Float(index % 997) / 1000
            return index % 500 == 0 ? small + 3 : small
        }
        let range = KullbackLeiblerRange().range(of: KullbackLeiblerRangeTests.statistics(values), type: .uint8)
        let padded = values + [Float](repeating: 0, count: 100_000)
        #expect(KullbackLeiblerRange().range(of: KullbackLeiblerRangeTests.statistics(padded), type: .uint8) == range)
    }

    @Test func degenerateValuesGiveValidRanges() {
        for values in [[], [0, 0], [5], [-5, -5], [.nan], [3e38, -3e38], [1e-30, .infinity]] as [[Float]] {
            for type in QuantizedType.allCases {
                let range = KullbackLeiblerRange().range(of: KullbackLeiblerRangeTests.statistics(values), type: type)
                #expect(range.low <= 0 && range.high >= 0 && range.low.isFinite && range.high.isFinite)
            }
        }
    }
}

@Suite struct NormRangeTests {
    @Test func aLargerNormClipsLess() throws {
        var generator = SeededGenerator(seed: 125)
        var statistics = TensorStatistics()
        let values = (0..<20_000).map { _ -> Float in
            let uniform = (0..<4).reduce(Float(0)) { sum, _ in sum + Float.random(in: -0.5...0.5, using: &generator) }
            return uniform * uniform * uniform
        }
        values.withUnsafeBufferPointer { statistics.add($0, samples: 1) }
        let ranges = try [1, 2, 2.4, 8].map {
            try MeanSquaredErrorRange(norm: $0).range(of: statistics, type: .uint8)
        }
        #expect(ranges[1] == MeanSquaredErrorRange().range(of: statistics, type: .uint8))
        let extents = ranges.map { $0.high - $0.low }
        #expect(extents[0] < extents[3] && zip(extents, extents.dropFirst()).allSatisfy { $0 <= $1 })
        // On the values themselves, the chosen end is as good as any other.
        func error(_ range: ValueRange) -> Double {
            let grid = ActivationQuantization(range, type: .uint8)
            return values.reduce(0) { sum, value in
                let real = dequantize(grid.quantized(value), scale: grid.scale, zeroPoint: grid.zeroPoint)
                return sum + pow(abs(Double(real) - Double(value)), 2.4)
            }
        }
        let full = MinMaxRange().range(of: statistics, type: .uint8)
        let least = (20...100).map { error(ValueRange(low: ranges[2].low, high: full.high * Float($0) / 100)) }.min()
        #expect(try error(ranges[2]) <= #require(least) * 1.05)
        for norm in [0.5, 9, .nan] { #expect(throws: HoneError.self) { try MeanSquaredErrorRange(norm: norm) } }
    }
}
