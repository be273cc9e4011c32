import Datasets
import Hone

extension Dataset {
    /// The first `limit` samples in batches: of the size that the model fixes, else of the wanted one.
    ///
    /// - Throws: `.invalidOption` if the model fixes another batch size, `.invalidInput` if not even one batch is full.
    func ranges(batch wanted: Int?, default fallback: Int, limit: Int?) throws(HoneError) -> [Range<Int>] {
        if let required = requiredBatchSize, let wanted, wanted != required {
            throw HoneError(.invalidOption, "the model takes batches of \(required) only, not of \(wanted)")
        }
        let size = requiredBatchSize ?? wanted ?? fallback
        var count = min(limit ?? self.count, self.count)
        // A model with a fixed batch cannot take the rest of a division.
        if requiredBatchSize != nil { count -= count % size }
        guard count > 0 else {
            throw HoneError(.invalidInput, "\(self.count) samples do not fill one batch of \(size)", file: path)
        }
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}
