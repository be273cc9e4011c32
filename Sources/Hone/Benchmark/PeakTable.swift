import CPUBackend
import Tensors

/// The peaks of this processor, measured several times in the course of a run.
package final class PeakTable {
    private struct Key: Hashable {
        let isa: InstructionSet
        let threads: Int
    }

    private var peaks: [Key: MeasuredPeaks] = [:]

    package init() {}

    /// Measures what the configurations need; of several measurements the greatest counts, since what disturbs one makes it
    /// smaller.
    ///
    /// - Throws: `.device` for an instruction set that this processor does not run.
    package func measure(_ configurations: [BenchmarkConfiguration]) throws(HoneError) {
        var keys: Set<Key> = []
        for configuration in configurations {
            keys.insert(Key(isa: try configuration.instructionSet, threads: configuration.threads))
        }
        for key in keys { measure(key) }
    }

    private func measure(_ key: Key) {
        let found = MeasuredPeaks(
            integerGops: Peak.integerGops(isa: key.isa, threads: key.threads),
            floatGops: Peak.gops(.float32, isa: key.isa, threads: key.threads) ?? 0)
        guard let known = peaks[key] else { return peaks[key] = found }
        peaks[key] = MeasuredPeaks(
            integerGops: max(known.integerGops, found.integerGops), floatGops: max(known.floatGops, found.floatGops))
    }

    /// What was measured for a configuration; zeros before that.
    package func peaks(_ configuration: BenchmarkConfiguration) throws(HoneError) -> MeasuredPeaks {
        let key = Key(isa: try configuration.instructionSet, threads: configuration.threads)
        return peaks[key] ?? MeasuredPeaks(integerGops: 0, floatGops: 0)
    }
}

/// What the processor gives at most for one instruction set and number of threads, in 1e9 operations a second.
package struct MeasuredPeaks: Sendable, Hashable {
    package let integerGops: Double
    package let floatGops: Double
}
