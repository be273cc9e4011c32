import Foundation
import ModelGraph
import Tensors

/// What a changed model's first output lost against the original's, batch by batch: the divergence of its classes, the noise,
/// the predictions, and with labels the accuracy.
package struct OutputLoss: Sendable, Equatable {
    /// Samples compared.
    package private(set) var sampleCount = 0
    /// Samples whose scores are not all finite in both models: they are in no divergence.
    package private(set) var nonFiniteCount = 0
    package private(set) var values = ValueComparison()
    /// Agreement, and with labels the drop.
    package private(set) var paired = PairedComparison()
    private var divergence = 0.0

    package init() {}

    /// A probability below this counts as this one, where a model gives probabilities: eight bits hold no smaller one than
    /// 1/256, and the divergence from a zero would be infinite.
    static let smallestProbability = 1e-7

    /// Takes in a batch.
    ///
    /// - Parameters:
    ///   - output: the first dimension is the batch, all others together are the classes.
    ///   - areProbabilities: whether the model ends in a softmax; otherwise the scores are logits.
    ///   - labels: a class for each sample.
    /// - Throws: `.invalidInput` if shapes differ, or a label is no class.
    package mutating func add(
        _ output: Tensor, reference: Tensor, areProbabilities: Bool, labels: [Int]?
    ) throws(HoneError) {
        guard output.shape == reference.shape else {
            throw HoneError(
                .invalidInput, "one model's output has shape \(output.shape), the other's \(reference.shape)",
                remedy: "compare a model with the one that it was made from")
        }
        let (changed, original) = (try ClassScores(output), try ClassScores(reference))
        let (after, before) = (output.floats(), reference.floats())
        values.add(reference, output)
        sampleCount += original.count
        for row in 0..<original.count {
            let range = (row * original.classCount)..<((row + 1) * original.classCount)
            guard let p = OutputLoss.logProbabilities(before[range], areProbabilities),
                let q = OutputLoss.logProbabilities(after[range], areProbabilities)
            else {
                nonFiniteCount += 1
                continue
            }
            // Rounding may take a divergence of nothing below 0.
            divergence += max(zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }, 0)
        }
        try paired.add(originalPredictions: original.predictions(), changedPredictions: changed.predictions())
        guard let labels else { return }
        var (first, second) = (try Accuracy(topK: [1]), try Accuracy(topK: [1]))
        try paired.add(
            original: try first.add(reference, labels: labels), changed: try second.add(output, labels: labels))
    }

    /// The mean Kullback-Leibler divergence of the changed classes from the original ones, in nats; nil without a sample of
    /// finite scores.
    package var klDivergence: Double? {
        let count = sampleCount - nonFiniteCount
        return count > 0 ? divergence / Double(count) : nil
    }

    /// Nil where a score is not finite.
    private static func logProbabilities(_ scores: ArraySlice<Float>, _ areProbabilities: Bool) -> [Double]? {
        guard scores.allSatisfy(\.isFinite) else { return nil }
        if areProbabilities {
            let raised = scores.map { max(Double($0), smallestProbability) }
            let sum = raised.reduce(0, +)
            return raised.map { log($0 / sum) }
        }
        let highest = Double(scores.max() ?? 0)
        let shifted = scores.map { Double($0) - highest }
        let logSum = log(shifted.reduce(0) { $0 + exp($1) })
        return shifted.map { $0 - logSum }
    }
}

extension Graph {
    /// Whether the first output is what a softmax makes: probabilities rather than logits.
    package var endsInSoftmax: Bool {
        guard let name = outputs.first?.name else { return false }
        return nodes.contains { $0.operatorType == "Softmax" && $0.outputs.contains(name) }
    }
}
