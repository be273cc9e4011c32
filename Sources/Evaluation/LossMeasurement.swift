import Tensors

/// A batch of samples, with the class of each where it is known.
package struct LabeledBatch: Sendable {
    package let feed: [String: Tensor]
    package let labels: [Int]?

    package init(feed: [String: Tensor], labels: [Int]?) { (self.feed, self.labels) = (feed, labels) }
}

/// Measures one model after the other against the same original on the same samples.
///
/// The original's outputs are kept, up to `keptByteCount`, and computed again beyond that.
package final class LossMeasurement {
    /// Runs a batch, and gives the first output.
    package typealias Run = ([String: Tensor]) throws(HoneError) -> Tensor

    private static let keptByteCount = 256 << 20

    private let original: Run
    private let areProbabilities: Bool
    private let batchCount: Int
    private let batch: (Int) throws(HoneError) -> LabeledBatch
    private var kept: [Int: Tensor] = [:]
    private var keptBytes = 0

    package init(
        of original: @escaping Run, areProbabilities: Bool, batchCount: Int,
        batch: @escaping (Int) throws(HoneError) -> LabeledBatch
    ) {
        self.original = original
        self.areProbabilities = areProbabilities
        self.batchCount = batchCount
        self.batch = batch
    }

    /// What a changed model loses.
    ///
    /// - Parameter progress: called after each batch.
    /// - Throws: `.invalidInput` if there is no sample.
    package func loss(of changed: Run, progress: (() -> Void)? = nil) throws(HoneError) -> OutputLoss {
        var loss = OutputLoss()
        for index in 0..<batchCount {
            let batch = try batch(index)
            try loss.add(
                try changed(batch.feed), reference: try reference(index, batch), areProbabilities: areProbabilities,
                labels: batch.labels)
            progress?()
        }
        guard loss.sampleCount > 0 else {
            throw HoneError(
                .invalidInput, "there are no samples to measure the loss on", remedy: "give samples with --eval-data")
        }
        return loss
    }

    private func reference(_ index: Int, _ batch: LabeledBatch) throws(HoneError) -> Tensor {
        if let known = kept[index] { return known }
        let output = try original(batch.feed)
        if keptBytes + output.type.byteCount <= LossMeasurement.keptByteCount {
            kept[index] = output
            keptBytes += output.type.byteCount
        }
        return output
    }
}
