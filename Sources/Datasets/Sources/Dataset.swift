import Tensors

/// Samples that a model is fed: read, decoded and prepared when their batch is asked for.
package struct Dataset: Sendable {
    /// Where the samples come from.
    package let path: String
    /// The number of samples, at least 1.
    package let count: Int
    /// The names of the classes that labels count, where the data has names.
    package let classNames: [String]?
    /// The class of each sample, where the data has classes.
    package let labels: [Int]?
    /// The number of samples that every batch has to have: where the model's batch dimension is fixed, or where the
    /// samples are whole feeds. nil if any number will do.
    package let requiredBatchSize: Int?

    private let source: any SampleSource

    init(_ source: some SampleSource, path: String, inputs: [InputRequirement]) throws(HoneError) {
        guard source.count > 0 else { throw HoneError(.invalidInput, "holds no samples", file: path) }
        self.source = source
        self.path = path
        count = source.count
        classNames = source.classNames
        labels = source.labels
        requiredBatchSize =
            source.areWholeFeeds ? 1 : inputs.lazy.compactMap { $0.shape?.first ?? nil }.first { $0 > 0 }
    }

    private init(_ other: Dataset, labels: [Int]) {
        source = other.source
        path = other.path
        count = other.count
        classNames = other.classNames
        requiredBatchSize = other.requiredBatchSize
        self.labels = labels
    }

    /// The samples of `range` as one feed, by input name.
    ///
    /// - Throws: `.invalidInput`, `.malformedFile` or `.fileAccess`, naming the file.
    package func batch(_ range: Range<Int>) throws(HoneError) -> [String: Tensor] {
        guard range.lowerBound >= 0, range.upperBound <= count, !range.isEmpty else {
            throw HoneError(
                .invalidInput, "samples \(range.lowerBound)..<\(range.upperBound) of \(count)", file: path)
        }
        do throws(HoneError) {
            return try source.batch(range)
        } catch {
            throw error.inFile(path)
        }
    }

    /// The samples of `range` as feeds in their order: several where neighbours differ in size, so that no batch holds them.
    ///
    /// - Throws: as `batch`, but not for samples of several sizes.
    package func feeds(_ range: Range<Int>) throws(HoneError) -> [[String: Tensor]] {
        guard requiredBatchSize == nil else { return [try batch(range)] }
        guard range.lowerBound >= 0, range.upperBound <= count, !range.isEmpty else {
            throw HoneError(
                .invalidInput, "samples \(range.lowerBound)..<\(range.upperBound) of \(count)", file: path)
        }
        do throws(HoneError) {
            return try source.feeds(range)
        } catch {
            throw error.inFile(path)
        }
    }

    /// The same samples with labels that are kept in another file.
    ///
    /// - Throws: `.invalidInput` unless there is one label for each sample.
    package func labeled(_ labels: [Int]) throws(HoneError) -> Dataset {
        guard labels.count == count else {
            throw HoneError(.invalidInput, "\(labels.count) labels are given for the \(count) samples of \(path)")
        }
        return Dataset(self, labels: labels)
    }
}

/// What a data set is made of.
protocol SampleSource: Sendable {
    var count: Int { get }
    var labels: [Int]? { get }
    var classNames: [String]? { get }
    /// Whether each sample is a feed of its own, whose batch axis is unknown.
    var areWholeFeeds: Bool { get }
    /// A feed of the samples in `range`, which is not empty and within bounds.
    func batch(_ range: Range<Int>) throws(HoneError) -> [String: Tensor]
    /// The same as one feed for each run of neighbours that fit into a batch together.
    func feeds(_ range: Range<Int>) throws(HoneError) -> [[String: Tensor]]
}

extension SampleSource {
    var areWholeFeeds: Bool { false }
    var classNames: [String]? { nil }
    func feeds(_ range: Range<Int>) throws(HoneError) -> [[String: Tensor]] { [try batch(range)] }
}
