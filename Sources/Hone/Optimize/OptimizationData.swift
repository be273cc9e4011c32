import Optimizers
import Tensors

/// The samples that an optimization works with: some calibrate, others measure.
public struct OptimizationData {
    /// What calibrates, and what a recipe reads again; labels are not looked at.
    public var calibration: EvaluationData
    /// What measures accuracy and compares layers: none of what calibrates, or the loss is underestimated.
    public var evaluation: EvaluationData
    /// What the report says of them: a path, or a description.
    public var calibrationName: String
    /// The same of what measures.
    public var evaluationName: String

    /// Both kinds of samples, and what the report calls them.
    public init(
        calibration: EvaluationData, evaluation: EvaluationData, calibrationName: String = "samples given in memory",
        evaluationName: String = "samples given in memory"
    ) {
        (self.calibration, self.evaluation) = (calibration, evaluation)
        (self.calibrationName, self.evaluationName) = (calibrationName, evaluationName)
    }
}

extension EvaluationData {
    /// One batch, with errors of any kind as Hone's.
    func read(_ index: Int) throws(HoneError) -> Batch {
        do { return try batch(index) } catch { throw asHoneError(error) }
    }
}

extension EvaluationData.Batch {
    /// Samples: what all inputs have as their first dimension, one where they differ in it.
    var sampleCount: Int {
        let counts = Set(feed.values.map { $0.shape.first ?? 1 })
        return counts.count == 1 ? counts.first ?? 1 : 1
    }

    /// The feed of the first samples, all of it where inputs differ in their first dimension.
    func first(_ count: Int) -> [String: Tensor] {
        guard sampleCount > count else { return feed }
        return feed.mapValues { tensor in
            let type = TensorType(tensor.elementType, [count] + tensor.shape.dropFirst())
            return tensor.withUnsafeBytes { bytes in
                var part = Tensor(zeros: type)
                part.withUnsafeMutableBytes {
                    $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix($0.count)))
                }
                return part
            }
        }
    }

    /// The wrapping sum of the samples' fingerprints, as calibration records have it.
    var fingerprint: UInt64 { fingerprints(ofSamplesIn: feed).reduce(0, &+) }
}
