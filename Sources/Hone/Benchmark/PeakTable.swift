import CPUBackend
import OpenCLBackend
import Tensors

/// The peaks of this processor and its devices, measured several times in the course of a run.
package final class PeakTable {
    private struct Key: Hashable {
        let isa: InstructionSet
        let threads: Int
        /// Of an OpenCL device; nil for the processor.
        let device: Int?

        init(_ configuration: BenchmarkConfiguration) throws(HoneError) {
            isa = try configuration.instructionSet
            device = configuration.device.openCLIndex
            // Of a device the host's threads say nothing.
            threads = device == nil ? configuration.threads : 0
        }
    }

    private var peaks: [Key: MeasuredPeaks] = [:]

    package init() {}

    /// Measures what the configurations need; of several measurements the greatest counts, since what disturbs one makes it
    /// smaller.
    ///
    /// - Throws: `.device` for an instruction set that this processor does not run, or a device that fails.
    package func measure(_ configurations: [BenchmarkConfiguration]) throws(HoneError) {
        var keys: Set<Key> = []
        for configuration in configurations {
            keys.insert(try Key(configuration))
        }
        for key in keys { try measure(key) }
    }

    private func measure(_ key: Key) throws(HoneError) {
        let found: MeasuredPeaks
        if let index = key.device {
            let peak = try DevicePeak(try OpenCLDevice.numbered(index))
            found = MeasuredPeaks(integerGops: try peak.integerGops(), floatGops: try peak.floatGops())
        } else {
            found = MeasuredPeaks(
                integerGops: Peak.integerGops(isa: key.isa, threads: key.threads),
                floatGops: Peak.gops(.float32, isa: key.isa, threads: key.threads) ?? 0)
        }
        guard let known = peaks[key] else { return peaks[key] = found }
        peaks[key] = MeasuredPeaks(
            integerGops: max(known.integerGops, found.integerGops), floatGops: max(known.floatGops, found.floatGops))
    }

    /// What was measured for a configuration; zeros before that.
    package func peaks(_ configuration: BenchmarkConfiguration) throws(HoneError) -> MeasuredPeaks {
        peaks[try Key(configuration)] ?? MeasuredPeaks(integerGops: 0, floatGops: 0)
    }
}

/// What a processor gives at most for one instruction set and number of threads, or a device, in 1e9 operations a second.
package struct MeasuredPeaks: Sendable, Hashable {
    package let integerGops: Double
    package let floatGops: Double
}
