import ModelGraph
import Tensors

/// Calibration data that can be read again from the beginning, as often as a recipe needs.
package struct RecipeData {
    private let batch: (_ index: Int) throws(HoneError) -> [String: Tensor]?

    /// - Parameter batch: the feed of a batch by its number, nil after the last one; the same each time.
    package init(_ batch: @escaping (_ index: Int) throws(HoneError) -> [String: Tensor]?) { self.batch = batch }

    /// Calls `body` for each batch, with the number of samples in it and how many came before, up to `limit` samples.
    ///
    /// The last batch is cut to end at the limit, so that the size of batches does not matter, if the model takes batches of
    /// any size.
    func forEach(
        limit: Int, in graph: Graph,
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
        }
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
