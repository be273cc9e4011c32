import Runtime

/// What calibration remembers of one value, in memory that does not grow with the number of samples.
///
/// Every part is a function of the set of samples alone: order, batch size and sharding cannot change it.
package struct TensorStatistics: Equatable, Sendable {
    /// The smallest and the largest finite element, nil before the first.
    package private(set) var extremes: ClosedRange<Float>?
    /// Finite elements by magnitude; zeros apart.
    package private(set) var histogram = Histogram()
    /// Elements that are not finite: counted, and left out of everything else.
    package private(set) var nanCount: UInt64 = 0
    package private(set) var positiveInfinityCount: UInt64 = 0
    package private(set) var negativeInfinityCount: UInt64 = 0
    /// Samples that had at least one finite element.
    package private(set) var sampleCount: UInt64 = 0
    private(set) var sumOfMinima = ExactSum()
    private(set) var sumOfMaxima = ExactSum()

    package init() {}

    /// Statistics as a file holds them; nil if no data can lead to them.
    init?(
        extremes: ClosedRange<Float>?, histogram: Histogram, nanCount: UInt64, positiveInfinityCount: UInt64,
        negativeInfinityCount: UInt64, sampleCount: UInt64, sumOfMinima: ExactSum, sumOfMaxima: ExactSum
    ) {
        let finite = histogram.totalCount
        guard (extremes == nil) == (finite == 0), (extremes == nil) == (sampleCount == 0), sampleCount <= finite,
            sumOfMinima.value <= sumOfMaxima.value,
            [nanCount, positiveInfinityCount, negativeInfinityCount].allSatisfy({ $0 <= Histogram.maximumCount })
        else { return nil }
        if let extremes {
            let (low, high) = (extremes.lowerBound, extremes.upperBound)
            let holding = max(Histogram.exponent(holding: low), Histogram.exponent(holding: high))
            guard low.isFinite, high.isFinite, holding == histogram.exponent else { return nil }
        }
        self.extremes = extremes
        self.histogram = histogram
        self.nanCount = nanCount
        self.positiveInfinityCount = positiveInfinityCount
        self.negativeInfinityCount = negativeInfinityCount
        self.sampleCount = sampleCount
        self.sumOfMinima = sumOfMinima
        self.sumOfMaxima = sumOfMaxima
    }

    /// All elements seen.
    package var elementCount: UInt64 {
        histogram.totalCount + nanCount + positiveInfinityCount + negativeInfinityCount
    }
    /// Elements equal to zero.
    package var zeroCount: UInt64 { histogram.zeroCount }
    /// The mean over the samples of each one's smallest element.
    package var meanMinimum: Double? { sampleCount > 0 ? sumOfMinima.value / Double(sampleCount) : nil }
    /// The mean over the samples of each one's largest element.
    package var meanMaximum: Double? { sampleCount > 0 ? sumOfMaxima.value / Double(sampleCount) : nil }

    /// Takes in a batch of `samples` equally large samples, one after the other: the definition of what a `ValueSummary` of
    /// them adds, which is far quicker.
    package mutating func add(_ values: UnsafeBufferPointer<Float>, samples: Int) {
        precondition(samples >= 0 && (samples == 0 ? values.isEmpty : values.count % samples == 0))
        guard samples > 0, !values.isEmpty else { return }
        let size = values.count / samples
        for sample in 0..<samples {
            add(sample: UnsafeBufferPointer(rebasing: values[(sample * size)..<((sample + 1) * size)]))
        }
        histogram.add(values)
    }

    /// Takes in a batch that a device has summed up: the same as its elements.
    ///
    /// - Precondition: the histogram is complete.
    package mutating func add(_ summary: ValueSummary) {
        for sample in summary.samples { add(sample) }
        let counted = Histogram(exponent: summary.exponent, counts: summary.counts, zeroCount: summary.zeroCount)
        guard let counted else { preconditionFailure("a histogram of \(summary.counts.count) bins") }
        histogram.merge(counted)
    }

    /// Takes in what another run saw: the result is that of one run over both sets of samples.
    package mutating func merge(_ other: TensorStatistics) {
        if let theirs = other.extremes { widen(to: theirs) }
        histogram.merge(other.histogram)
        nanCount += other.nanCount
        positiveInfinityCount += other.positiveInfinityCount
        negativeInfinityCount += other.negativeInfinityCount
        sampleCount += other.sampleCount
        sumOfMinima.merge(other.sumOfMinima)
        sumOfMaxima.merge(other.sumOfMaxima)
    }

    private mutating func add(sample: UnsafeBufferPointer<Float>) {
        var lowest = Float.infinity
        var highest = -Float.infinity
        var summary = ValueSummary.Sample(
            extremes: nil, nanCount: 0, positiveInfinityCount: 0, negativeInfinityCount: 0)
        for value in sample {
            if value.isFinite {
                lowest = value < lowest ? value : lowest
                highest = value > highest ? value : highest
            } else if value.isNaN {
                summary.nanCount += 1
            } else if value > 0 {
                summary.positiveInfinityCount += 1
            } else {
                summary.negativeInfinityCount += 1
            }
        }
        // Adding +0 turns -0 into +0, which would otherwise depend on the order.
        if lowest <= highest { summary.extremes = (lowest + 0)...(highest + 0) }
        add(summary)
    }

    private mutating func add(_ sample: ValueSummary.Sample) {
        nanCount += sample.nanCount
        positiveInfinityCount += sample.positiveInfinityCount
        negativeInfinityCount += sample.negativeInfinityCount
        guard let extremes = sample.extremes else { return }
        widen(to: extremes)
        sampleCount += 1
        sumOfMinima.add(extremes.lowerBound)
        sumOfMaxima.add(extremes.upperBound)
    }

    private mutating func widen(to range: ClosedRange<Float>) {
        guard let known = extremes else {
            extremes = range
            return
        }
        extremes = min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
    }
}
