/// What calibration needs to know of one float value in one batch, as a device computes it where the value is.
///
/// A function of the set of elements alone, like the statistics that it goes into.
package struct ValueSummary: Sendable, Equatable {
    /// One sample of the batch.
    package struct Sample: Sendable, Equatable {
        /// The smallest and the largest finite element, zeros as +0; nil if no element is finite.
        package var extremes: ClosedRange<Float>?
        package var nanCount: UInt64
        package var positiveInfinityCount: UInt64
        package var negativeInfinityCount: UInt64

        package init(
            extremes: ClosedRange<Float>?, nanCount: UInt64, positiveInfinityCount: UInt64,
            negativeInfinityCount: UInt64
        ) {
            self.extremes = extremes
            self.nanCount = nanCount
            self.positiveInfinityCount = positiveInfinityCount
            self.negativeInfinityCount = negativeInfinityCount
        }
    }

    package var samples: [Sample]
    /// The histogram of all finite elements: over `[-2^exponent, 2^exponent)` in equal bins, zeros apart.
    package var exponent: Int
    package var counts: [UInt64]
    package var zeroCount: UInt64

    package init(samples: [Sample], exponent: Int, counts: [UInt64], zeroCount: UInt64) {
        self.samples = samples
        self.exponent = exponent
        self.counts = counts
        self.zeroCount = zeroCount
    }
}
