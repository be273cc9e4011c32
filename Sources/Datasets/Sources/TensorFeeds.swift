import Foundation
import ONNXFormat
import Tensors

/// Feeds of ONNX `test_data_set_*` folders: `input_0.pb` and so on, in the order of the model's inputs.
///
/// Where every input's first dimension is open in the model, and all tensors of a set agree in theirs, it is the batch
/// axis and each index a sample; otherwise each set is one sample. Tensors are fed as they are.
struct TensorFeeds: SampleSource {
    private struct Feed {
        let paths: [String]
        /// The number of samples before and in this set.
        let start: Int
        let count: Int
    }

    let count: Int
    let areWholeFeeds: Bool
    private let feeds: [Feed]
    private let inputs: [InputRequirement]

    var labels: [Int]? { nil }

    /// The feeds of `folder`, or of the sets in it; nil if it holds neither.
    static func find(
        in folder: String, inputs: [InputRequirement], preprocessing: Preprocessing
    ) throws(HoneError) -> TensorFeeds? {
        var folders = [folder]
        if !FileManager.default.fileExists(atPath: "\(folder)/input_0.pb") {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            folders = names.filter { $0.hasPrefix("test_data_set_") }.sorted { left, right in
                left.compare(right, options: .numeric) == .orderedAscending
            }.map { "\(folder)/\($0)" }
        }
        guard !folders.isEmpty else { return nil }
        guard preprocessing.isNothing else {
            throw HoneError(
                .invalidOption, "tensors of a test_data_set are fed as they are; preprocessing has no meaning for them")
        }
        return try TensorFeeds(folders, inputs)
    }

    private init(_ folders: [String], _ inputs: [InputRequirement]) throws(HoneError) {
        self.inputs = inputs
        var sets: [(paths: [String], types: [TensorType])] = []
        for folder in folders {
            let paths = try Self.inputPaths(folder, inputs)
            let types = try paths.map { path throws(HoneError) in try TensorFile.readProtobuf(path: path).tensor.type }
            sets.append((paths, types))
        }
        let canBeSliced = inputs.allSatisfy { $0.shape == nil || $0.shape?.first == .some(nil) }
        let rows = sets.map { set in Self.commonRows(set.types) }
        let samples = sets.map { set in set.types.map { TensorType($0.elementType, Array($0.shape.dropFirst())) } }
        areWholeFeeds = !canBeSliced || rows.contains(nil) || Set(samples).count > 1
        var feeds: [Feed] = []
        var start = 0
        for (set, rows) in zip(sets, rows) {
            let count = areWholeFeeds ? 1 : rows ?? 1
            feeds.append(Feed(paths: set.paths, start: start, count: count))
            start += count
        }
        self.feeds = feeds
        count = start
    }

    /// The first dimension that all tensors of a set share; nil if they do not, or if it is 0.
    private static func commonRows(_ types: [TensorType]) -> Int? {
        guard let rows = types.first?.shape.first, rows > 0 else { return nil }
        return types.allSatisfy { $0.shape.first == rows } ? rows : nil
    }

    private static func inputPaths(_ folder: String, _ inputs: [InputRequirement]) throws(HoneError) -> [String] {
        let paths = inputs.indices.map { "\(folder)/input_\($0).pb" }
        for (path, input) in zip(paths, inputs) where !FileManager.default.fileExists(atPath: path) {
            throw HoneError(.fileAccess, "does not exist; it would be input '\(input.name)'", file: path)
        }
        let extra = "\(folder)/input_\(inputs.count).pb"
        guard !FileManager.default.fileExists(atPath: extra) else {
            throw HoneError(.invalidInput, "is one tensor more than the model's \(inputs.count) inputs", file: extra)
        }
        return paths
    }

    func batch(_ range: Range<Int>) throws(HoneError) -> [String: Tensor] {
        guard !areWholeFeeds || range.count == 1 else {
            throw HoneError(
                .invalidInput, "the test sets cannot be joined into one batch", remedy: "use a batch size of 1")
        }
        var parts: [[Tensor]] = inputs.map { _ in [] }
        for feed in feeds {
            let local = range.clamped(to: feed.start..<(feed.start + feed.count))
            guard !local.isEmpty else { continue }
            for (index, path) in feed.paths.enumerated() {
                let tensor = try TensorFile.readProtobuf(path: path).tensor
                let rows = (local.lowerBound - feed.start)..<(local.upperBound - feed.start)
                guard areWholeFeeds || tensor.shape.first == feed.count else {
                    throw HoneError(.invalidInput, "changed while it was read", file: path)
                }
                parts[index].append(areWholeFeeds ? tensor : tensor.rows(rows))
            }
        }
        var result: [String: Tensor] = [:]
        for (input, parts) in zip(inputs, parts) { result[input.name] = try input.converted(Tensor.joined(parts)) }
        return result
    }
}

extension Preprocessing {
    /// Whether nothing is asked for.
    var isNothing: Bool { !changesValues && resize == nil && crop == nil && channelOrder == .rgb }
}

extension Tensor {
    /// Some of the indices of the first axis.
    fileprivate func rows(_ range: Range<Int>) -> Tensor {
        precondition(!shape.isEmpty && range.upperBound <= shape[0])
        var slice = Tensor(zeros: TensorType(elementType, [range.count] + shape.dropFirst()))
        let rowByteCount = type.byteCount / max(shape[0], 1)
        withUnsafeBytes { source in
            let bytes = source[(range.lowerBound * rowByteCount)..<(range.upperBound * rowByteCount)]
            slice.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes)) }
        }
        return slice
    }

    /// One tensor after the other along the first axis.
    fileprivate static func joined(_ parts: [Tensor]) throws(HoneError) -> Tensor {
        guard let first = parts.first, parts.count > 1 else {
            return parts.first ?? Tensor(zeros: TensorType(.float32, [0]))
        }
        guard
            parts.allSatisfy({ $0.elementType == first.elementType && $0.shape.dropFirst() == first.shape.dropFirst() })
        else { throw HoneError(.invalidInput, "the test sets changed while they were read") }
        let rows = parts.reduce(0) { $0 + $1.shape[0] }
        var result = Tensor(zeros: TensorType(first.elementType, [rows] + first.shape.dropFirst()))
        result.withUnsafeMutableBytes { target in
            var position = 0
            for part in parts {
                part.withUnsafeBytes { source in
                    UnsafeMutableRawBufferPointer(rebasing: target[position..<(position + source.count)])
                        .copyMemory(from: source)
                    position += source.count
                }
            }
        }
        return result
    }
}
