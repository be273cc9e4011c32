import Runtime
import Tensors

/// The statistics of a model's values over calibration data, by value name.
///
/// Every part is a function of the model and the set of samples alone: batch size, order, sharding and threads cannot
/// change it.
package struct CalibrationRecord: Equatable, Sendable {
    package private(set) var statistics: [String: TensorStatistics] = [:]
    /// Which model was calibrated: `Graph.fingerprint` of what ran.
    package let model: UInt64
    /// Samples that were run.
    package private(set) var sampleCount: UInt64 = 0
    /// The wrapping sum of the samples' fingerprints: which data was seen.
    package private(set) var data: UInt64 = 0

    package init(model: UInt64) { self.model = model }

    init(model: UInt64, sampleCount: UInt64, data: UInt64, statistics: [String: TensorStatistics]) {
        (self.model, self.sampleCount, self.data, self.statistics) = (model, sampleCount, data, statistics)
    }

    /// What was seen of a value, nil if nothing was.
    package subscript(value: String) -> TensorStatistics? { statistics[value] }

    /// Counts samples by their fingerprints.
    package mutating func add(samples fingerprints: [UInt64]) {
        sampleCount += UInt64(fingerprints.count)
        data = fingerprints.reduce(data, &+)
    }

    /// Takes in a batch of a value.
    package mutating func add(_ values: UnsafeBufferPointer<Float>, samples: Int, to name: String) {
        precondition(samples >= 0 && (samples == 0 ? values.isEmpty : values.count % samples == 0))
        guard !values.isEmpty else {
            // It is known all the same: that it never has an element is worth a warning.
            statistics[name] = statistics[name, default: TensorStatistics()]
            return
        }
        add(ValueSummary(of: values, samples: samples), to: name)
    }

    /// Takes in a batch of a value that a device has summed up.
    package mutating func add(_ summary: ValueSummary, to name: String) {
        statistics[name, default: TensorStatistics()].add(summary)
    }

    /// Takes in what another run saw, as of another shard of the data.
    ///
    /// - Parameter areDistinct: whether it is known that no sample was run for both. If not, equal fingerprints count as the
    ///   same samples, although a data set may hold a sample twice.
    /// - Throws: `.invalidInput` for a record of another model, of other values, or of the very same samples.
    package mutating func merge(_ other: CalibrationRecord, areDistinct: Bool = false) throws(HoneError) {
        guard other.model == model else {
            throw HoneError(
                .invalidInput, "is of another model", remedy: "merge records of shards of one calibration")
        }
        if !areDistinct, sampleCount > 0, other.sampleCount == sampleCount, other.data == data {
            throw HoneError(
                .invalidInput, "saw the same \(sampleCount) samples as a record before it",
                remedy: "name every shard once")
        }
        if sampleCount > 0, other.sampleCount > 0, Set(other.statistics.keys) != Set(statistics.keys) {
            throw HoneError(
                .invalidInput, "watched other values than a record before it",
                remedy: "calibrate all shards with the same options")
        }
        sampleCount += other.sampleCount
        data &+= other.data
        statistics.merge(other.statistics) { mine, theirs in
            var merged = mine
            merged.merge(theirs)
            return merged
        }
    }
}
