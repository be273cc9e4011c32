import CMicrokernels

extension ValueSummary {
    /// The summary of a batch of equally large samples, one after the other.
    ///
    /// - Precondition: there is a sample, and each has the same number of elements, at least one.
    package init(of elements: UnsafeBufferPointer<Float>, samples: Int) {
        precondition(samples > 0 && !elements.isEmpty && elements.count % samples == 0)
        let counts = UnsafeMutableRawBufferPointer.allocate(byteCount: mk_value_counts_size(), alignment: 64)
        defer { counts.deallocate() }
        guard let address = counts.baseAddress, let first = elements.baseAddress else {
            preconditionFailure("counts of \(counts.count) bytes have no address")
        }
        let (own, size) = (OpaquePointer(address), elements.count / samples)
        mk_value_counts_start(own)
        var sinceFlush = 0
        var found = [mk_value_extremes](repeating: mk_value_extremes(), count: samples)
        for sample in found.indices {
            mk_value_extremes_start(&found[sample])
            for begin in stride(from: 0, to: size, by: Int(MK_VALUE_LIMIT)) {
                let count = min(size - begin, Int(MK_VALUE_LIMIT))
                sinceFlush += count
                if sinceFlush > MK_VALUE_LIMIT {
                    mk_value_counts_flush(own)
                    sinceFlush = count
                }
                mk_count_values(own, &found[sample], first + sample * size + begin, 1, 0, count)
            }
        }
        mk_value_counts_flush(own)
        self.init(found.map { Sample(pieces: [$0]) }, counted: [own])
    }

    /// Adds up what several counts hold, flushed.
    package init(_ samples: [Sample], counted: some Collection<OpaquePointer>) {
        let exponent = counted.map(mk_value_counts_exponent).max() ?? 0
        var counts = [UInt64](repeating: 0, count: Int(MK_VALUE_BINS))
        for own in counted { mk_value_counts_add_to(own, exponent, &counts) }
        self.init(
            samples: samples, exponent: Int(exponent), counts: counts,
            zeroCount: counted.reduce(0) { $0 + mk_value_counts_zeros($1) })
    }
}

extension ValueSummary.Sample {
    /// What was found in the pieces of one sample.
    package init(pieces: ArraySlice<mk_value_extremes>) {
        self.init(extremes: nil, nanCount: 0, positiveInfinityCount: 0, negativeInfinityCount: 0)
        for found in pieces {
            nanCount += found.nans
            positiveInfinityCount += found.positive_infinities
            negativeInfinityCount += found.negative_infinities
            guard found.lowest <= found.highest else { continue }
            let low = min(found.lowest, extremes?.lowerBound ?? found.lowest)
            let high = max(found.highest, extremes?.upperBound ?? found.highest)
            extremes = low...high
        }
    }
}
