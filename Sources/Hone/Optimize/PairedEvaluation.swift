import Evaluation
import Tensors

/// Several forms of a model on the same samples: the accuracy of each, and what each lost against the first.
struct PairedEvaluation {
    private let sessions: [(session: InferenceSession, output: String)]
    private let areProbabilities: Bool
    private var accuracies: [Accuracy]
    private var losses: [OutputLoss]
    private var classCount = 0

    /// - Parameter models: the original first.
    init(_ models: [Model], device: Device, threads: Int?) throws(HoneError) {
        var sessions: [(session: InferenceSession, output: String)] = []
        for model in models {
            guard let output = model.outputs.first else { throw HoneError(.invalidModel, "the model has no output") }
            sessions.append((try model.session(on: device, threads: threads), output.name))
        }
        self.sessions = sessions
        areProbabilities = models.first?.graph.endsInSoftmax ?? false
        accuracies = Array(repeating: try Accuracy(topK: [1, 5]), count: models.count)
        losses = Array(repeating: OutputLoss(), count: models.count)
    }

    /// Runs one batch on every form.
    ///
    /// - Throws: `.invalidInput` for labels that do not fit the outputs.
    mutating func add(_ batch: EvaluationData.Batch) throws(HoneError) {
        var reference: Tensor?
        for (index, (session, name)) in sessions.enumerated() {
            guard let output = try session.run(batch.feed)[name] else {
                throw HoneError(.invalidModel, "the model gave no output '\(name)'")
            }
            if let labels = batch.labels { try accuracies[index].add(output, labels: labels) }
            guard let reference else {
                reference = output
                classCount = max(classCount, try ClassScores(output).classCount)
                continue
            }
            try losses[index].add(
                output, reference: reference, areProbabilities: areProbabilities, labels: batch.labels)
        }
    }

    /// Writes what was found into the forms, which are in the order of the models.
    func fill(_ forms: inout [OptimizedModel.Form]) {
        for index in forms.indices {
            forms[index].top1 = accuracies[index].percentage(topK: 1)
            forms[index].top5 = classCount > 5 ? accuracies[index].percentage(topK: 5) : nil
            if index > 0 { forms[index].outputs = losses[index] }
        }
    }
}
