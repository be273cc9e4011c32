import Evaluation
import Runtime
import Tensors

/// What one evaluation found: accuracy on labelled data, beside a reference model if one is given.
package struct EvaluationResult: Sendable {
    package var sampleCount = 0
    package var batchSize = 0
    /// Accuracy of the model and of the reference; nil without labels.
    package var accuracy: Accuracy?
    package var referenceAccuracy: Accuracy?
    /// Agreement and, with labels, the drop with its interval; nil without a reference.
    package var comparison: PairedComparison?
    /// Differences of the first output; nil without a reference.
    package var outputs: OutputComparison?
    /// Wall time of each batch, in milliseconds.
    package var milliseconds: [Double] = []
    package var referenceMilliseconds: [Double] = []
}

/// Counts accuracy batch by batch, for a model and perhaps a reference.
package struct EvaluationRun {
    private let session: InferenceSession
    private let reference: InferenceSession?
    private let outputName: String
    private let referenceOutputName: String?
    package private(set) var result: EvaluationResult
    /// The device that both models run on, also where it was left to Hone.
    package var deviceName: String { session.session.backend.name }

    /// - Parameters:
    ///   - precision: of both models' float convolutions and matrix products.
    ///   - topK: the values of k to count; needs labels.
    package init(
        _ model: Model, reference: Model?, device: Device, threads: Int?,
        precision: FloatPrecision = .float32, topK: [Int]?
    ) throws(HoneError) {
        session = try model.session(on: device, threads: threads, precision: precision)
        self.reference = try reference.map { model throws(HoneError) in
            try model.session(on: device, threads: threads, precision: precision)
        }
        guard let output = model.outputs.first else { throw HoneError(.invalidModel, "the model has no output") }
        outputName = output.name
        referenceOutputName = reference?.outputs.first?.name
        result = EvaluationResult()
        if let topK {
            result.accuracy = try Accuracy(topK: topK)
            if reference != nil { result.referenceAccuracy = try Accuracy(topK: topK) }
        }
        if reference != nil {
            result.comparison = PairedComparison()
            result.outputs = OutputComparison()
        }
    }

    /// Adds one batch.
    ///
    /// - Parameters:
    ///   - referenceFeed: the same samples for the reference's inputs, which may have other names.
    ///   - labels: needed if the run counts accuracy.
    /// - Returns: the model's first output.
    @discardableResult
    package mutating func add(
        _ feed: [String: Tensor], referenceFeed: [String: Tensor]?, count: Int, labels: [Int]?
    ) throws(HoneError) -> Tensor {
        let (output, milliseconds) = try EvaluationRun.timed(session, feed, outputName)
        result.milliseconds.append(milliseconds)
        result.sampleCount += count
        result.batchSize = max(result.batchSize, count)
        var correct: [Bool]?
        if let labels { correct = try result.accuracy?.add(output, labels: labels) }
        guard let reference, let referenceFeed, let referenceOutputName else { return output }
        let (expected, referenceMilliseconds) = try EvaluationRun.timed(reference, referenceFeed, referenceOutputName)
        result.referenceMilliseconds.append(referenceMilliseconds)
        if let labels, let referenceCorrect = try result.referenceAccuracy?.add(expected, labels: labels), let correct {
            try result.comparison?.add(original: referenceCorrect, changed: correct)
        }
        try result.comparison?.add(
            originalPredictions: try ClassScores(expected).predictions(),
            changedPredictions: try ClassScores(output).predictions())
        try result.outputs?.add(output, reference: expected)
        return output
    }

    /// The median time of one feed on the model and on the reference, in milliseconds: at least 5 runs after a warm-up, and
    /// more of them for up to half a second.
    package func latency(
        of feed: [String: Tensor], referenceFeed: [String: Tensor]?
    ) throws(HoneError) -> (model: Double, reference: Double?) {
        let model = try EvaluationRun.medianMilliseconds(session, feed, outputName)
        guard let reference, let referenceFeed, let referenceOutputName else { return (model, nil) }
        return (model, try EvaluationRun.medianMilliseconds(reference, referenceFeed, referenceOutputName))
    }

    private static func medianMilliseconds(
        _ session: InferenceSession, _ feed: [String: Tensor], _ output: String
    ) throws(HoneError) -> Double {
        _ = try timed(session, feed, output)
        var times: [Double] = []
        while times.count < 5 || (times.reduce(0, +) < 500 && times.count < 100) {
            times.append(try timed(session, feed, output).1)
        }
        return times.sorted()[times.count / 2]
    }

    private static func timed(
        _ session: InferenceSession, _ feed: [String: Tensor], _ output: String
    ) throws(HoneError) -> (Tensor, Double) {
        let start = ContinuousClock.now
        let outputs = try session.run(feed)
        let elapsed = (ContinuousClock.now - start).inMilliseconds
        guard let tensor = outputs[output] else {
            throw HoneError(.invalidModel, "the model gave no output '\(output)'")
        }
        return (tensor, elapsed)
    }
}
