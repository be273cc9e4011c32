import Foundation
import Tensors

/// The range whose 8-bit grid loses the least information: the smallest Kullback-Leibler divergence of the quantized
/// distribution from the one seen.
///
/// With the non-empty bins of the histogram inside a range, P is their mass, that of clipped values added to the outermost
/// bin on their side. Q is what the grid can tell apart: the mass of the unclipped values of each level, spread evenly over
/// the level's non-empty bins. Both are normalised, and every bin of P has mass in Q, so that no smoothing is needed. Zeros
/// take no part: every grid holds them exactly, and after a Relu they would drown the rest.
///
/// The search goes through 0.3 to 1 times the extremes in hundredths, starting from min-max, so that it is never worse than
/// that by its own measure; the divergence forgives clipping of a heavy tail, so that without the lower limit it may keep
/// far too little.
package struct KullbackLeiblerRange: RangeEstimator {
    package let name = "kl"

    private static let search = RangeSearch(percentages: 30...100, rounds: 10)

    package init() {}

    package func range(of statistics: TensorStatistics, type: QuantizedType) -> ValueRange {
        guard let extremes = statistics.extremes else { return ValueRange(low: 0, high: 0) }
        let bins = KullbackLeiblerRange.bins(statistics)
        return KullbackLeiblerRange.search.best(in: extremes, type: type) { divergence(bins, $0) }
    }

    /// The divergence in nats that a grid has on the values seen; infinite if it clips all values of a sign.
    package func divergence(_ statistics: TensorStatistics, _ quantization: ActivationQuantization) -> Double {
        divergence(KullbackLeiblerRange.bins(statistics), quantization)
    }

    private typealias Bin = (center: Double, count: Double)

    /// The non-empty bins in ascending order, each at the centre of what lies between the extremes.
    private static func bins(_ statistics: TensorStatistics) -> [Bin] {
        guard let extremes = statistics.extremes else { return [] }
        let histogram = statistics.histogram
        return histogram.counts.indices.compactMap { bin in
            guard histogram.counts[bin] > 0 else { return nil }
            let (lower, upper) = histogram.bounds(ofBin: bin)
            let center = (max(lower, Double(extremes.lowerBound)) + min(upper, Double(extremes.upperBound))) / 2
            return (center, Double(histogram.counts[bin]))
        }
    }

    private func divergence(_ bins: [Bin], _ quantization: ActivationQuantization) -> Double {
        guard !bins.isEmpty else { return 0 }
        let step = Double(quantization.scale)
        let lowest = Double(quantization.type.range.lowest - quantization.zeroPoint)
        let highest = Double(quantization.type.range.highest - quantization.zeroPoint)
        var (total, kept) = (0.0, 0.0)
        var (below, above) = (0.0, 0.0)
        /// Unclipped bins by level, which ascends.
        var levels: [(first: Int, end: Int, mass: Double)] = []
        var (last, current) = (-1, Double.nan)
        var first = -1
        for (index, bin) in bins.enumerated() {
            total += bin.count
            let level = (bin.center / step).rounded(.toNearestOrEven)
            if level < lowest {
                below += bin.count
            } else if level > highest {
                above += bin.count
            } else {
                kept += bin.count
                if first < 0 { first = index }
                last = index
                if level == current {
                    levels[levels.count - 1].end = index + 1
                    levels[levels.count - 1].mass += bin.count
                } else {
                    levels.append((index, index + 1, bin.count))
                    current = level
                }
            }
        }
        // Clipped mass needs a bin of its own sign to go to.
        guard kept > 0, below == 0 || bins[first].center < 0, above == 0 || bins[last].center > 0 else {
            return .infinity
        }
        var sum = 0.0
        for level in levels {
            let q = level.mass / Double(level.end - level.first) / kept
            for index in level.first..<level.end {
                let extra = (index == first ? below : 0) + (index == last ? above : 0)
                let p = (bins[index].count + extra) / total
                sum += p * log(p / q)
            }
        }
        return sum
    }
}
