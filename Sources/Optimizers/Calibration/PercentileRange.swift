import Tensors

/// The range that holds a given percentage of the values; half of the rest is clipped on each side.
///
/// The bounds are edges of histogram bins, cut to the extremes, so never more values are clipped than allowed.
package struct PercentileRange: RangeEstimator {
    package let name: String
    private let percentage: Double

    /// - Throws: `.invalidOption` unless `0 < percentage <= 100`.
    package init(_ percentage: Double = 99.99) throws(HoneError) {
        guard percentage > 0, percentage <= 100 else {
            throw HoneError(
                .invalidOption, "percentile \(percentage) is not above 0 and at most 100", remedy: "99.99 is usual")
        }
        self.percentage = percentage
        name = "percentile \(percentage)"
    }

    package func range(of statistics: TensorStatistics, type: QuantizedType) -> ValueRange {
        guard let extremes = statistics.extremes else { return ValueRange(low: 0, high: 0) }
        let histogram = statistics.histogram
        let allowed = UInt64(Double(histogram.totalCount) * (100 - percentage) / 200)
        let bins = histogram.counts.indices
        var high = Float(0)
        var dropped: UInt64 = 0
        // Only bins on the far side of zero matter, since the range includes 0.
        for bin in bins.reversed() where histogram.counts[bin] > 0 {
            dropped += histogram.counts[bin]
            let (lower, upper) = histogram.bounds(ofBin: bin)
            if lower < 0 { break }
            if dropped > allowed {
                high = Float(min(upper, Double(extremes.upperBound)))
                break
            }
        }
        var low = Float(0)
        dropped = 0
        for bin in bins where histogram.counts[bin] > 0 {
            dropped += histogram.counts[bin]
            let (lower, upper) = histogram.bounds(ofBin: bin)
            if upper > 0 { break }
            if dropped > allowed {
                low = Float(max(lower, Double(extremes.lowerBound)))
                break
            }
        }
        return ValueRange(low: low, high: high)
    }
}
