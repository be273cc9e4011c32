import ModelGraph
import Tensors

/// Calibration data that can be read again from the beginning, as often as a recipe needs.
package struct RecipeData {
    private let sampleCount: Int
    private let progress: ((RecipeProgress) -> Void)?
    private let batch: (_ index: Int) throws(HoneError) -> [String: Tensor]?

    /// - Parameters:
    ///   - sampleCount: how many samples there are, as far as known; only progress depends on it.
    ///   - progress: is told how far each reading, and all other work of a recipe, has come.
    ///   - batch: the feed of a batch by its number, nil after the last one; the same each time.
    package init(
        sampleCount: Int = 0, progress: ((RecipeProgress) -> Void)? = nil,
        _ batch: @escaping (_ index: Int) throws(HoneError) -> [String: Tensor]?
    ) {
        (self.sampleCount, self.progress, self.batch) = (sampleCount, progress, batch)
    }

    /// Calls `body` for each batch, with the number of samples in it and how many came before, up to `limit` samples.
    ///
    /// The last batch is cut to end at the limit, so that the size of batches does not matter, if the model takes batches of
    /// any size.
    /// - Parameter stage: what the reading is for, in words for a person; nil for one that is over at once.
    func forEach(
        limit: Int, in graph: Graph, _ stage: String? = nil,
        _ body: (_ feed: [String: Tensor], _ samples: Int, _ number: Int) throws(HoneError) -> Void
    ) throws(HoneError) {
        let isFree = graph.requiredInputs.allSatisfy { $0.shape?.first.map { $0.size == nil } ?? false }
        var (index, seen) = (0, 0)
        while seen < limit, var feed = try batch(index) {
            index += 1
            let counts = Set(feed.values.map { $0.shape.first ?? 1 })
            guard let count = counts.first, counts.count == 1 else {
                // Inputs that share no first dimension are one sample.
                try body(feed, 1, seen)
                seen += 1
                continue
            }
            var taken = count
            if isFree, count > limit - seen {
                taken = limit - seen
                feed = feed.mapValues { RecipeData.first(taken, of: $0) }
            }
            if taken > 0 { try body(feed, taken, seen) }
            seen += taken
            if let stage { tell(stage, "samples", done: seen, of: min(limit, max(sampleCount, seen))) }
        }
    }

    /// Tells how far work other than a reading has come.
    func tell(_ stage: String, _ unit: String, done: Int, of total: Int) {
        progress?(RecipeProgress(stage: stage, unit: unit, done: done, total: total))
    }

    /// The first samples of a batch.
    private static func first(_ count: Int, of tensor: Tensor) -> Tensor {
        var cut = Tensor(zeros: TensorType(tensor.elementType, [count] + tensor.shape.dropFirst()))
        tensor.withUnsafeBytes { whole in
            cut.withUnsafeMutableBytes { part in
                part.copyMemory(from: UnsafeRawBufferPointer(rebasing: whole[..<part.count]))
            }
        }
        return cut
    }
}
