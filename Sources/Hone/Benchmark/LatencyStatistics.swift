/// What is said of a set of repeated timings, in milliseconds.
package struct LatencyStatistics: Sendable, Hashable {
    /// The middle one, or the mean of the two in the middle.
    package let median: Double
    /// The least that 90 % of the timings do not exceed (nearest rank).
    package let p90: Double
    package let min: Double
    /// How many there were.
    package let count: Int

    /// - Returns: nil for no timings.
    package init?(milliseconds samples: [Double]) {
        let sorted = samples.sorted()
        guard let least = sorted.first else { return nil }
        count = sorted.count
        min = least
        median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
        p90 = sorted[(9 * count + 9) / 10 - 1]
    }
}
