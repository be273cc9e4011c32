import Tensors

/// Top-k counts of a classifier, batch by batch.
package struct Accuracy: Sendable, Equatable {
    /// The values of k that are counted, ascending.
    package let ks: [Int]
    /// Labelled samples seen.
    package private(set) var sampleCount = 0
    /// For each k, the samples whose label was among the k largest scores.
    package private(set) var correctCounts: [Int]

    /// - Throws: `.invalidOption` unless every k is at least 1.
    package init(topK ks: [Int] = [1, 5]) throws(HoneError) {
        guard !ks.isEmpty, ks.allSatisfy({ $0 >= 1 }) else {
            throw HoneError(.invalidOption, "top-k needs every k to be at least 1, but they are \(ks)")
        }
        self.ks = Set(ks).sorted()
        correctCounts = [Int](repeating: 0, count: self.ks.count)
    }

    /// Counts a batch.
    ///
    /// - Parameters:
    ///   - scores: the first dimension is the batch, all others together are the classes.
    ///   - labels: a class index for each sample.
    /// - Returns: for each sample, whether the highest score is the label's.
    /// - Throws: `.invalidInput` where counts do not fit or a label is no class.
    @discardableResult
    package mutating func add(_ scores: Tensor, labels: [Int]) throws(HoneError) -> [Bool] {
        let rows = try ClassScores(scores)
        guard rows.count == labels.count else {
            throw HoneError(.invalidInput, "\(labels.count) labels for \(rows.count) samples")
        }
        if let stray = labels.first(where: { !(0..<rows.classCount).contains($0) }) {
            throw HoneError(.invalidInput, "label \(stray) is none of the model's \(rows.classCount) classes")
        }
        let ranks = labels.enumerated().map { rows.rank(of: $1, inRow: $0) }
        for rank in ranks {
            for position in ks.indices where rank < ks[position] { correctCounts[position] += 1 }
        }
        sampleCount += labels.count
        return ranks.map { $0 == 0 }
    }

    /// Adds the counts of another part of the data.
    ///
    /// - Precondition: both count the same values of k.
    package mutating func merge(_ other: Accuracy) {
        precondition(ks == other.ks)
        sampleCount += other.sampleCount
        for position in ks.indices { correctCounts[position] += other.correctCounts[position] }
    }

    /// The share of correct samples for one of `ks`, in percent; nil before the first sample.
    package func percentage(topK k: Int) -> Double? {
        guard sampleCount > 0, let position = ks.firstIndex(of: k) else { return nil }
        return 100 * Double(correctCounts[position]) / Double(sampleCount)
    }
}

/// Scores of a batch by class.
package struct ClassScores {
    /// Samples.
    package let count: Int
    package let classCount: Int
    private let values: [Float]

    /// - Throws: `.invalidInput` if the tensor has no batch dimension or no classes.
    package init(_ scores: Tensor) throws(HoneError) {
        guard let count = scores.shape.first, scores.shape.count > 1 || count == 0,
            scores.elementCount > 0 || count == 0
        else { throw HoneError(.invalidInput, "scores of shape \(scores.shape) are not [batch, classes]") }
        self.count = count
        classCount = count > 0 ? scores.elementCount / count : 0
        values = scores.floats()
    }

    /// How many classes come before one: those with a higher score, and of equal ones those with a lower index, as with
    /// numpy's argmax; as there, a NaN comes before every number.
    package func rank(of label: Int, inRow row: Int) -> Int {
        let scores = values[(row * classCount)..<((row + 1) * classCount)]
        let own = values[row * classCount + label]
        var rank = 0
        for (index, score) in scores.enumerated() {
            let isEqual = score == own || (score.isNaN && own.isNaN)
            let isHigher = score > own || (score.isNaN && !own.isNaN)
            if isHigher || (isEqual && index < label) { rank += 1 }
        }
        return rank
    }

    /// The class with rank 0 of each sample.
    package func predictions() -> [Int] {
        (0..<count).map { row in
            let scores = values[(row * classCount)..<((row + 1) * classCount)]
            var best = scores.startIndex
            for index in scores.indices.dropFirst() where !scores[best].isNaN {
                if scores[index] > scores[best] || scores[index].isNaN { best = index }
            }
            return best - scores.startIndex
        }
    }
}
