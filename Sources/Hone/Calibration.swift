import Optimizers
import Tensors

/// What a model's values were like over calibration data: enough to choose ranges by any method, without the data.
///
/// Equal samples make equal calibrations, and equal files byte for byte, whatever the size of batches, their order, the
/// number of threads or the shards that were merged.
public struct Calibration: Sendable, Equatable {
    package private(set) var record: CalibrationRecord

    package init(record: CalibrationRecord) { self.record = record }

    /// Reads a file that `save` wrote.
    ///
    /// - Throws: `.fileAccess`; `.malformedFile` for any other content.
    public init(path: String) throws(HoneError) { record = try CalibrationFile.read(path: path) }

    /// Writes a file (JSON), whole or not at all.
    public func save(to path: String) throws(HoneError) { try CalibrationFile.write(record, to: path) }

    /// Takes in the calibration of another shard of the data.
    ///
    /// - Throws: `.invalidInput` for one of another model, of other values or of the same samples.
    public mutating func merge(_ other: Calibration) throws(HoneError) { try record.merge(other.record) }

    /// The bytes of the file that `save` writes.
    package var encoded: [UInt8] { Array(CalibrationFile.text(of: record).utf8) }

    /// Reads what `encoded` gives.
    ///
    /// - Throws: `.malformedFile` for any other content.
    package init(encoded: [UInt8]) throws(HoneError) { record = try CalibrationFile.decode(encoded) }

    /// Takes in the calibration of a shard that is known to share no sample with this one, though samples may be equal.
    ///
    /// - Throws: `.invalidInput` for one of another model or of other values.
    package mutating func merge(distinct other: Calibration) throws(HoneError) {
        try record.merge(other.record, areDistinct: true)
    }

    /// Samples that were run.
    public var sampleCount: Int { Int(record.sampleCount) }

    /// Values whose ranges are known.
    public var valueNames: [String] { record.statistics.keys.sorted() }

    /// What deserves a look: elements that are not finite, and values that never had an element.
    public var warnings: [String] {
        record.statistics.sorted { $0.key < $1.key }.compactMap { name, statistics in
            guard statistics.elementCount > 0 else {
                return "saw no element of '\(name)': it was empty in every sample"
            }
            let count = statistics.nanCount + statistics.positiveInfinityCount + statistics.negativeInfinityCount
            return count > 0 ? "met \(count) NaN or infinite value(s) in '\(name)', and left them out" : nil
        }
    }
}
