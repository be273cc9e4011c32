import Runtime

/// The statistics of a model's values over calibration data, by value name.
package struct CalibrationRecord: Equatable, Sendable {
    package private(set) var statistics: [String: TensorStatistics] = [:]

    package init() {}

    /// What was seen of a value, nil if nothing was.
    package subscript(value: String) -> TensorStatistics? { statistics[value] }

    /// Takes in a batch of a value.
    package mutating func add(_ values: UnsafeBufferPointer<Float>, samples: Int, to name: String) {
        statistics[name, default: TensorStatistics()].add(values, samples: samples)
    }

    /// Takes in a batch of a value that a device has summed up.
    package mutating func add(_ summary: ValueSummary, to name: String) {
        statistics[name, default: TensorStatistics()].add(summary)
    }

    /// Takes in what another run saw, as of another shard of the data.
    package mutating func merge(_ other: CalibrationRecord) {
        statistics.merge(other.statistics) { mine, theirs in
            var merged = mine
            merged.merge(theirs)
            return merged
        }
    }
}
