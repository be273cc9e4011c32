import Foundation
import Tensors

/// The range whose 8-bit grid has the smallest mean squared error on the histogram. The default. Another norm than 2 takes
/// the mean of `|error|^p`: a larger one clips less (Frantar and Alistarh 2022, arXiv:2208.11580, search with 2.4).
///
/// Searches 0.2 to 1 times the extremes in steps of a hundredth, starting from min-max, so that it is never worse than that by
/// its own measure.
package struct MeanSquaredErrorRange: RangeEstimator {
    package let name: String

    /// The power of the error.
    private let norm: Double
    private static let search = RangeSearch(percentages: 20...100, rounds: 3)

    package init() { (name, norm) = ("mse", 2) }

    /// - Throws: `.invalidOption` unless `1 <= norm <= 8`.
    package init(norm: Double) throws(HoneError) {
        guard norm >= 1, norm <= 8 else {
            throw HoneError(.invalidOption, "norm \(norm) is not from 1 to 8", remedy: "2 is the default, 2.4 is usual")
        }
        (name, self.norm) = (norm == 2 ? "mse" : "mse with norm \(norm)", norm)
    }

    package func range(of statistics: TensorStatistics, type: QuantizedType) -> ValueRange {
        guard let extremes = statistics.extremes else { return ValueRange(low: 0, high: 0) }
        let mass = HistogramMass(statistics)
        return MeanSquaredErrorRange.search.best(in: extremes, type: type) { mass.error($0, norm: norm) }
    }
}

/// The non-empty bins of a histogram as uniform densities, cut to the extremes.
///
/// A bin's centre alone would be a poor sample: a quantization step spans only two to four bins.
struct HistogramMass {
    private var intervals: [(lower: Double, upper: Double, count: Double)] = []

    init(_ statistics: TensorStatistics) {
        guard let extremes = statistics.extremes else { return }
        let histogram = statistics.histogram
        for (bin, count) in histogram.counts.enumerated() where count > 0 {
            let (lower, upper) = histogram.bounds(ofBin: bin)
            intervals.append(
                (max(lower, Double(extremes.lowerBound)), min(upper, Double(extremes.upperBound)), Double(count)))
        }
    }

    /// The sum over all values of a power of the difference between the value and its quantized one. Zeros cost nothing.
    func error(_ quantization: ActivationQuantization, norm: Double) -> Double {
        let step = Double(quantization.scale)
        let lowest = Double(quantization.type.range.lowest - quantization.zeroPoint)
        let highest = Double(quantization.type.range.highest - quantization.zeroPoint)
        return intervals.reduce(0) { sum, interval in
            sum + interval.count
                * meanPower(interval.lower, interval.upper, norm: norm, step: step, lowest: lowest, highest: highest)
        }
    }

    /// The mean of `|x - step * q(x)|^p` for x uniform in an interval: where p is 2, a cubic in each piece between two
    /// midpoints.
    private func meanPower(
        _ lower: Double, _ upper: Double, norm: Double, step: Double, lowest: Double, highest: Double
    ) -> Double {
        /// The integral of `|d|^p` from 0.
        func integral(_ d: Double) -> Double {
            norm == 2 ? d * d * d / 3 : (d < 0 ? -1 : 1) * pow(d.magnitude, norm + 1) / (norm + 1)
        }
        var level = min(max((lower / step).rounded(.toNearestOrEven), lowest), highest)
        guard upper > lower else {
            let distance = lower - level * step
            return norm == 2 ? distance * distance : pow(distance.magnitude, norm)
        }
        var sum = 0.0
        var start = lower
        while start < upper {
            let end = level >= highest ? upper : min(upper, (level + 0.5) * step)
            if end > start {
                sum += integral(end - level * step) - integral(start - level * step)
                start = end
            }
            level += 1
        }
        return sum / (upper - lower)
    }
}
