extension OptimizationReport {
    /// Counts in bins of equal width, few enough to be drawn.
    package struct Histogram: Sendable, Equatable {
        /// No more bins than this are kept.
        package static let maximumBinCount = 128

        /// Where the first bin begins.
        package let lowerEdge: Double
        /// Of every bin.
        package let width: Double
        /// From the first bin that holds anything to the last; empty if none does.
        package let counts: [UInt64]

        /// Leaves out empty bins at both ends, and adds neighbours until no more than `maximumBinCount` are left.
        ///
        /// Bins are added in groups whose borders are multiples of their width from the first bin's lower edge, so that an
        /// edge at zero in the middle of a power of two of bins stays one.
        ///
        /// - Parameters:
        ///   - lowerEdge: of the first bin; finite.
        ///   - width: of every bin; finite and positive.
        package init(lowerEdge: Double, width: Double, counts: [UInt64]) {
            precondition(lowerEdge.isFinite && width.isFinite && width > 0)
            guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 })
            else {
                (self.lowerEdge, self.width, self.counts) = (lowerEdge, width, [])
                return
            }
            var factor = 1
            while last / factor - first / factor + 1 > Histogram.maximumBinCount { factor *= 2 }
            let start = first / factor
            var merged = [UInt64](repeating: 0, count: last / factor - start + 1)
            for (bin, count) in counts.enumerated() where count > 0 {
                // What a file claims may not fit, and a bar as high as this is as good.
                let (sum, overflow) = merged[bin / factor - start].addingReportingOverflow(count)
                merged[bin / factor - start] = overflow ? .max : sum
            }
            self.lowerEdge = lowerEdge + Double(start * factor) * width
            self.width = width * Double(factor)
            self.counts = merged
        }

        /// Counts finite values in `binCount` bins over a range; those outside go into its first or last bin.
        ///
        /// - Precondition: at least one bin, and `low < high`, both finite.
        package init(counting values: [Float], low: Double, high: Double, binCount: Int) {
            precondition(binCount >= 1 && low < high && low.isFinite && high.isFinite)
            let width = (high - low) / Double(binCount)
            var counts = [UInt64](repeating: 0, count: binCount)
            for value in values where value.isFinite {
                let position = min(max((Double(value) - low) / width, 0), Double(binCount - 1))
                counts[Int(position)] += 1
            }
            self.init(lowerEdge: low, width: width, counts: counts)
        }

        /// All that were counted.
        package var totalCount: Double { counts.reduce(0) { $0 + Double($1) } }
        /// Where the last bin ends.
        package var upperEdge: Double { lowerEdge + Double(counts.count) * width }
    }

    /// The weights of a layer before and after quantization, in the same bins.
    package struct WeightDistribution: Sendable, Equatable {
        package let before: Histogram
        /// Dequantized.
        package let after: Histogram

        /// Bins of each side of zero.
        private static let halfBinCount = 32

        /// - Parameters:
        ///   - before: the float weights, in any order.
        ///   - after: the integers that stand for them, dequantized.
        /// - Returns: nil if no weight is finite and other than zero.
        package init?(before: [Float], after: [Float]) {
            var limit: Float = 0
            for value in before where value.isFinite { limit = max(limit, value.magnitude) }
            for value in after where value.isFinite { limit = max(limit, value.magnitude) }
            guard limit > 0 else { return nil }
            // A bin is centred on zero, where weights that were rounded away or pruned gather.
            let count = 2 * WeightDistribution.halfBinCount + 1
            let bound = Double(limit) * Double(count) / Double(count - 1)
            self.before = Histogram(counting: before, low: -bound, high: bound, binCount: count)
            self.after = Histogram(counting: after, low: -bound, high: bound, binCount: count)
        }
    }
}
