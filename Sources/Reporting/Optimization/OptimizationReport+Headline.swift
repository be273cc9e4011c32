extension OptimizationReport {
    /// What the report says first: the chosen model against the original.
    struct Headline {
        /// Both in the same configuration.
        struct Speed {
            let original: Timing
            let chosen: Timing
            /// How many times faster the chosen one is, by medians.
            let speedUp: Double
            /// The dense int8 model in the same configuration; nil without pruned ones, or where it is the chosen one itself.
            let dense: Timing?
            /// Positions among each one's timings.
            let originalPosition: Int
            let chosenPosition: Int

            /// How many times faster than the dense int8 model.
            var speedUpOverDense: Double? { dense.map { $0.median / chosen.median } }
        }

        let original: Candidate
        let chosen: Candidate
        /// How many times smaller the chosen one's file is; nil for an empty file.
        let sizeRatio: Double?
        /// In the order of the chosen one's timings; those that the original has too.
        let speeds: [Speed]
    }

    /// Nil if nothing was made from the original.
    var headline: Headline? {
        guard let original = candidates.first, candidates.indices.contains(chosen), chosen > 0 else { return nil }
        let best = candidates[chosen]
        let speeds = best.timings.enumerated().compactMap { position, timing -> Headline.Speed? in
            guard let other = original.timings.firstIndex(where: { $0.isComparable(to: timing) }), timing.median > 0
            else { return nil }
            let rival = dense.flatMap { position in
                position == chosen || !candidates.indices.contains(position)
                    ? nil : candidates[position].timings.first { $0.isComparable(to: timing) }
            }
            return Headline.Speed(
                original: original.timings[other], chosen: timing,
                speedUp: original.timings[other].median / timing.median, dense: rival, originalPosition: other,
                chosenPosition: position)
        }
        return Headline(
            original: original, chosen: best,
            sizeRatio: best.byteCount > 0 ? Double(original.byteCount) / Double(best.byteCount) : nil, speeds: speeds)
    }
}

extension OptimizationReport.Timing {
    /// Whether both were measured in the same configuration.
    func isComparable(to other: OptimizationReport.Timing) -> Bool {
        device == other.device && threads == other.threads && batch == other.batch
    }
}
