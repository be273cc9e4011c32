/// Real numbers that a quantized value must span; always includes 0, so that 0 is exactly representable.
package struct ValueRange: Equatable, Sendable {
    package let low: Float
    package let high: Float

    /// The range from `low` to `high`, stretched to include 0.
    package init(low: Float, high: Float) {
        self.low = min(low, 0)
        self.high = max(high, 0)
    }

    /// The range of the finite values among those given; [0, 0] if there are none.
    package init(of values: [Float]) {
        let finite = values.filter(\.isFinite)
        self.init(low: finite.min() ?? 0, high: finite.max() ?? 0)
    }

    /// The smallest range that holds both.
    package func union(_ other: ValueRange) -> ValueRange {
        ValueRange(low: min(low, other.low), high: max(high, other.high))
    }
}

/// Chooses the range of a value from its statistics. One file each.
package protocol RangeEstimator: Sendable {
    /// How options and reports call the method.
    var name: String { get }

    /// The range; [0, 0] where no finite value was seen or all were zero.
    func range(of statistics: TensorStatistics, type: QuantizedType) -> ValueRange
}
