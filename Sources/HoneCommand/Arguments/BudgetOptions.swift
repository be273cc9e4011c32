import Datasets
import Hone
import Reporting
import Tensors

/// `--max-drop`, `--max-kl` and what they need.
struct BudgetOptions {
    static let options: [OptionSpecification] = [
        .value(
            "--max-drop", "PP", "leave as many layers in float as top-1 needs to drop by no more points; needs labels"),
        .value(
            "--max-kl", "NATS", "the same for the divergence of the classes from the float model's; needs no labels"),
        .value("--labels", "L.npy", "class of each sample that measures (.npy or .txt); sub-folders bring their own"),
        .value("--eval-data", "D", "samples that measure; without it, half of --data does, and does not calibrate"),
    ]

    let budget: AccuracyBudget
    private let evaluationData: String?
    private let labels: String?

    /// Nil if no budget is given.
    init?(_ arguments: ParsedArguments) throws {
        switch (try arguments.number("--max-drop"), try arguments.number("--max-kl")) {
        case (nil, nil):
            for option in ["--labels", "--eval-data"] where arguments.has(option) {
                throw arguments.fail("\(option) needs --max-drop or --max-kl")
            }
            return nil
        case (.some(let points), nil): budget = .drop(points)
        case (nil, .some(let nats)): budget = .divergence(nats)
        case (.some, .some): throw arguments.fail("give --max-drop or --max-kl, not both")
        }
        for option in ["--max-drop", "--max-kl"] {
            if let number = try arguments.number(option), number < 0 {
                throw arguments.fail("option \(option) needs a number of at least 0")
            }
        }
        evaluationData = arguments.value("--eval-data")
        labels = arguments.value("--labels")
        guard evaluationData != nil || arguments.has("--data") else {
            throw arguments.fail("a budget with --calibration needs --eval-data: there is nothing to measure on")
        }
    }

    /// Quantizes within the budget.
    ///
    /// - Parameters:
    ///   - recipeProgress: is told how far a recipe has come.
    ///   - calibrate: gives the calibration, on these ranges of `--data` if any are given, and what a recipe reads again.
    func quantize(
        _ model: Model, _ arguments: ParsedArguments, _ settings: QuantizationSettings,
        recipeProgress: @escaping (QuantizationProgress) -> Void,
        calibrate: ([Range<Int>]?) throws -> (Calibration, rereading: ((Int) throws -> [String: Tensor]?)?)
    ) throws -> BudgetResult {
        let preprocessing = try DataOptions.parsePreprocessing(arguments)
        let batch = try arguments.integer("--batch")
        var warnings: [String] = []
        let path: String
        var dataset: Dataset
        if let evaluationData {
            path = evaluationData
            dataset = try DataOptions.open(evaluationData, for: model, preprocessing)
            if let data = arguments.value("--data"), isSameFile(data, evaluationData) {
                warnings.append("--eval-data is what calibrates: the loss of new samples may be larger")
            }
            if arguments.has("--calibration") {
                warnings.append("nobody can tell whether the record of --calibration saw samples of --eval-data")
            }
        } else {
            path = try arguments.required("--data")
            dataset = try DataOptions.open(path, for: model, preprocessing)
        }
        if let labels { dataset = try dataset.labeled(try Labels.read(path: labels)) }
        if case .drop = budget, dataset.labels == nil {
            throw arguments.fail("--max-drop needs --labels; without labels there is --max-kl")
        }
        let samples: EvaluationSamples
        let calibration: (Calibration, rereading: ((Int) throws -> [String: Tensor]?)?)
        if evaluationData != nil {
            samples = EvaluationSamples(dataset, try dataset.ranges(batch: batch, default: 32, limit: nil))
            calibration = try calibrate(nil)
        } else {
            let split = try SplitSamples(dataset, calibrationLimit: try arguments.integer("--samples") ?? 512)
            samples = EvaluationSamples(dataset, split.evaluation(batch: batch))
            calibration = try calibrate(split.calibration)
            warnings.append(
                arguments.has("--calibration")
                    ? "half of --data measures the loss: nobody can tell whether the record of --calibration saw it"
                    : "half of --data measures the loss and does not calibrate; --eval-data gives other samples")
        }
        let progress = SensitivityProgressBars(samples)
        defer { progress.abandon() }
        let result = try model.quantized(
            with: calibration.0, settings: settings, within: budget, on: samples.data,
            device: try DeviceOption.parse(arguments), threads: try arguments.integer("--threads"),
            progress: progress.show, recipeProgress: recipeProgress, rereading: calibration.rereading)
        progress.finish()
        return BudgetResult(model: result, budget: budget, data: path, notes: warnings)
    }
}
