/// The mean over the samples of each one's smallest and largest element.
package struct MeanMinMaxRange: RangeEstimator {
    package let name = "mean-min-max"

    package init() {}

    package func range(of statistics: TensorStatistics, type: QuantizedType) -> ValueRange {
        guard let low = statistics.meanMinimum, let high = statistics.meanMaximum else {
            return ValueRange(low: 0, high: 0)
        }
        return ValueRange(low: Float(low), high: Float(high))
    }
}
