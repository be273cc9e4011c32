/// Counts of values in 2048 equal bins over `[-2^exponent, 2^exponent)`, zeros apart.
///
/// The exponent is the smallest that holds every value seen, and a range doubles by adding neighbouring bins, whose
/// edges coincide. So a histogram is a function of the *multiset* of its values: order, batch size, sharding and merging
/// cannot change it, and equal data gives `==` histograms.
package struct Histogram: Equatable, Sendable {
    /// Half of the bins lie below zero, half above.
    package static let binCount = 2048

    /// The exponent of an empty histogram: below the smallest normal number nothing is resolved, so that subnormal
    /// values share the range [-2^-126, 2^-126).
    package static let minimumExponent = -126

    /// More than anybody will count; sums of a few thousand such histograms still fit.
    static let maximumCount: UInt64 = 1 << 52

    private static let halfCount = binCount / 2
    private static let halfExponent = 10

    /// The bins cover `[-2^exponent, 2^exponent)`.
    package private(set) var exponent = Histogram.minimumExponent
    /// How many non-zero values each bin holds; bin 1024 begins at 0.
    package private(set) var counts = [UInt64](repeating: 0, count: Histogram.binCount)
    /// How many values were `0` or `-0`; no bin counts them.
    package private(set) var zeroCount: UInt64 = 0

    package init() {}

    /// A histogram with the given state; nil unless the exponent is one that `add` can give and the bins are complete.
    package init?(exponent: Int, counts: [UInt64], zeroCount: UInt64) {
        guard counts.count == Histogram.binCount, (Histogram.minimumExponent...128).contains(exponent) else {
            return nil
        }
        // A sum of what a file claims may not fit.
        var total = zeroCount
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow, sum <= Histogram.maximumCount else { return nil }
            total = sum
        }
        self.exponent = exponent
        self.counts = counts
        self.zeroCount = zeroCount
    }

    /// How many values were counted, zeros included.
    package var totalCount: UInt64 { counts.reduce(zeroCount, +) }

    /// The width of every bin, a power of two.
    package var binWidth: Double { Double(sign: .plus, exponent: exponent - Histogram.halfExponent, significand: 1) }

    /// The values that a bin holds: at least the lower bound, below the upper one.
    package func bounds(ofBin bin: Int) -> (lower: Double, upper: Double) {
        let first = Double(bin - Histogram.halfCount)
        return (first * binWidth, (first + 1) * binWidth)
    }

    /// Counts finite values; others are left out.
    package mutating func add(_ values: UnsafeBufferPointer<Float>) {
        var lowest: Float = 0
        var highest: Float = 0
        for value in values where value.isFinite {
            lowest = value < lowest ? value : lowest
            highest = value > highest ? value : highest
        }
        coarsen(to: max(Histogram.exponent(holding: lowest), Histogram.exponent(holding: highest)))
        // In double precision the product is exact, even of a subnormal value and the smallest factor.
        let factor = Double(sign: .plus, exponent: Histogram.halfExponent - exponent, significand: 1)
        var zeros: UInt64 = 0
        counts.withUnsafeMutableBufferPointer { counts in
            for value in values where value.isFinite {
                guard value != 0 else {
                    zeros += 1
                    continue
                }
                let position = Double(value) * factor
                let truncated = Int(position)
                let floor = Double(truncated) > position ? truncated - 1 : truncated
                // The sign of a value smaller than any bin decides between -1 and 0.
                counts[(floor == 0 && value < 0 ? -1 : floor) + Histogram.halfCount] += 1
            }
        }
        zeroCount += zeros
    }

    /// Adds another histogram's values: the result is the histogram of both sets together.
    package mutating func merge(_ other: Histogram) {
        coarsen(to: other.exponent)
        var finer = other
        finer.coarsen(to: exponent)
        for bin in counts.indices { counts[bin] += finer.counts[bin] }
        zeroCount += other.zeroCount
    }

    /// The smallest exponent whose half-open range holds `value`.
    static func exponent(holding value: Float) -> Int {
        guard value != 0 else { return minimumExponent }
        let magnitude = Int(value.exponent)
        // -2^e itself belongs to the range of e, 2^e does not.
        let needed = value < 0 && value.significand == 1 ? magnitude : magnitude + 1
        return max(needed, minimumExponent)
    }

    private mutating func coarsen(to target: Int) {
        guard target > exponent else { return }
        let doublings = target - exponent
        var merged = [UInt64](repeating: 0, count: Histogram.binCount)
        for (bin, count) in counts.enumerated() where count > 0 {
            // An arithmetic shift is the floor of a division by a power of two.
            merged[((bin - Histogram.halfCount) >> doublings) + Histogram.halfCount] += count
        }
        counts = merged
        exponent = target
    }
}
