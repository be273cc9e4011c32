/// Everything that was seen: no value is clipped, and one outlier decides the step.
package struct MinMaxRange: RangeEstimator {
    package let name = "min-max"

    package init() {}

    package func range(of statistics: TensorStatistics, type: QuantizedType) -> ValueRange {
        guard let extremes = statistics.extremes else { return ValueRange(low: 0, high: 0) }
        return ValueRange(low: extremes.lowerBound, high: extremes.upperBound)
    }
}
