import Tensors

/// What a changed model loses against the original on the same samples.
///
/// The samples are the same, so the interval comes from those where exactly one model is right, which is much narrower
/// than that of two independent accuracies (McNemar 1947; Agresti, Categorical Data Analysis, section 11.1).
package struct PairedComparison: Sendable, Equatable {
    /// Labelled samples.
    package private(set) var sampleCount = 0
    /// Samples that only the original has right.
    package private(set) var lostCount = 0
    /// Samples that only the changed model has right.
    package private(set) var gainedCount = 0
    /// Samples with predictions of both models, labelled or not.
    package private(set) var predictionCount = 0
    /// Samples with equal predictions.
    package private(set) var agreementCount = 0

    package init() {}

    /// Takes in which labelled samples each model has right.
    ///
    /// - Throws: `.invalidInput` if the counts differ.
    package mutating func add(original: [Bool], changed: [Bool]) throws(HoneError) {
        guard original.count == changed.count else {
            throw HoneError(.invalidInput, "\(original.count) results against \(changed.count)")
        }
        for (was, isNow) in zip(original, changed) {
            if was && !isNow { lostCount += 1 }
            if !was && isNow { gainedCount += 1 }
        }
        sampleCount += original.count
    }

    /// Takes in the predictions of both models.
    ///
    /// - Throws: `.invalidInput` if the counts differ.
    package mutating func add(originalPredictions: [Int], changedPredictions: [Int]) throws(HoneError) {
        guard originalPredictions.count == changedPredictions.count else {
            throw HoneError(
                .invalidInput, "\(originalPredictions.count) predictions against \(changedPredictions.count)")
        }
        agreementCount += zip(originalPredictions, changedPredictions).count { $0 == $1 }
        predictionCount += originalPredictions.count
    }

    /// The loss of accuracy in percentage points, negative for a gain; nil without labelled samples.
    package var drop: Double? {
        sampleCount > 0 ? 100 * Double(lostCount - gainedCount) / Double(sampleCount) : nil
    }

    /// The 95 % interval of the loss, in percentage points.
    ///
    /// The normal interval with half a sample added to each of the four cells of the table, so that it has a width even
    /// where no sample tells the models apart (Agresti and Min 2005, Statistics in Medicine 24, 729-740).
    package var interval: ClosedRange<Double>? {
        guard sampleCount > 0 else { return nil }
        let (lost, gained, count) = (Double(lostCount) + 0.5, Double(gainedCount) + 0.5, Double(sampleCount) + 2)
        let difference = lost - gained
        let deviation = max(lost + gained - difference * difference / count, 0).squareRoot()
        let (center, halfWidth) = (100 * difference / count, 100 * 1.959963984540054 * deviation / count)
        return max(center - halfWidth, -100)...min(center + halfWidth, 100)
    }

    /// The share of equal predictions, in percent.
    package var agreement: Double? {
        predictionCount > 0 ? 100 * Double(agreementCount) / Double(predictionCount) : nil
    }
}
