import Tensors

/// The range whose 8-bit grid has the smallest mean squared error on the histogram. The default.
///
/// Searches 0.2 to 1 times each extreme in steps of a hundredth, the high one, then the low one, until nothing improves
/// (at most three rounds). It starts from min-max, so it is never worse than that by its own measure.
package struct MeanSquaredErrorRange: RangeEstimator {
    package let name = "mse"

    private static let percentages = 20...100
    private static let rounds = 3

    package init() {}

    package func range(of statistics: TensorStatistics, type: QuantizedType) -> ValueRange {
        guard let extremes = statistics.extremes else { return ValueRange(low: 0, high: 0) }
        let full = ValueRange(low: extremes.lowerBound, high: extremes.upperBound)
        let mass = HistogramMass(statistics)
        var best = full
        var smallest = mass.squaredError(ActivationQuantization(best, type: type))

        func consider(_ candidate: ValueRange) -> Bool {
            let error = mass.squaredError(ActivationQuantization(candidate, type: type))
            guard error < smallest else { return false }
            (best, smallest) = (candidate, error)
            return true
        }

        for _ in 0..<MeanSquaredErrorRange.rounds {
            var improved = false
            let low = best.low
            for percentage in MeanSquaredErrorRange.percentages where full.high > 0 {
                if consider(ValueRange(low: low, high: full.high * Float(percentage) / 100)) { improved = true }
            }
            let high = best.high
            for percentage in MeanSquaredErrorRange.percentages where full.low < 0 {
                if consider(ValueRange(low: full.low * Float(percentage) / 100, high: high)) { improved = true }
            }
            if !improved { break }
        }
        return best
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

    /// The sum over all values of the squared difference between the value and its quantized one. Zeros cost nothing.
    func squaredError(_ quantization: ActivationQuantization) -> Double {
        let step = Double(quantization.scale)
        let lowest = Double(quantization.type.range.lowest - quantization.zeroPoint)
        let highest = Double(quantization.type.range.highest - quantization.zeroPoint)
        return intervals.reduce(0) { sum, interval in
            sum + interval.count
                * meanSquare(interval.lower, interval.upper, step: step, lowest: lowest, highest: highest)
        }
    }

    /// The mean of `(x - step * q(x))^2` for x uniform in an interval: a cubic in each piece between two midpoints.
    private func meanSquare(_ lower: Double, _ upper: Double, step: Double, lowest: Double, highest: Double) -> Double {
        var level = min(max((lower / step).rounded(.toNearestOrEven), lowest), highest)
        guard upper > lower else {
            let distance = lower - level * step
            return distance * distance
        }
        var sum = 0.0
        var start = lower
        while start < upper {
            let end = level >= highest ? upper : min(upper, (level + 0.5) * step)
            if end > start {
                let (near, far) = (start - level * step, end - level * step)
                sum += (far * far * far - near * near * near) / 3
                start = end
            }
            level += 1
        }
        return sum / (upper - lower)
    }
}
