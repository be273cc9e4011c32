import Datasets
import Hone
import Reporting
import Tensors

/// What `hone quantize` is asked to do: options that fit together, and the way from a model to a quantized one.
struct QuantizationJob {
    /// What came of it.
    struct Result {
        let quantized: QuantizedModel
        /// Where the samples are from; nil if none were needed.
        let data: String?
        /// How long the recipe took, with what a budget measured.
        let recipeSeconds: Double
        /// Nil without a budget.
        let budget: BudgetResult?
    }

    let source: String
    let output: String
    private let arguments: ParsedArguments
    private let settings: QuantizationSettings
    private let samples: CalibrationRun
    private let budget: BudgetOptions?
    private let isDynamic: Bool

    /// What has no meaning with --dynamic, which runs nothing.
    private static let ofCalibration = [
        "--data", "--calibration", "--samples", "--method", "--norm", "--percentile", "--activations", "--symmetric",
        "--format", "--batch", "--device", "--threads", "--max-drop", "--max-kl", "--labels", "--eval-data",
        "--recipe", "--memory",
    ]

    /// - Throws: `UsageError` for options that are wrong, or have no meaning together.
    init(_ arguments: ParsedArguments) throws {
        self.arguments = arguments
        source = arguments.positional[0]
        output = try arguments.required("-o")
        isDynamic = arguments.has("--dynamic")
        if isDynamic, let option = QuantizationJob.ofCalibration.first(where: { arguments.has($0) }) {
            throw arguments.fail("\(option) has no meaning with --dynamic: activations are quantized as they come")
        }
        if arguments.has("--types"), !isDynamic { throw arguments.fail("--types needs --dynamic") }
        settings = try QuantizationArguments.settings(arguments)
        let isOnePass = settings.recipe == .fast
        guard isOnePass || arguments.has("--data") else {
            throw arguments.fail("--recipe \(settings.recipe.rawValue) reads the data again: give --data")
        }
        guard isDynamic || !isOnePass || arguments.has("--data") != arguments.has("--calibration") else {
            throw arguments.fail("give --data with samples, or --calibration with a record of 'hone calibrate'")
        }
        guard !isSameFile(output, source) else { throw arguments.fail("-o is the model itself; give another file") }
        samples = try CalibrationRun(arguments)
        budget = try BudgetOptions(arguments)
    }

    /// Quantizes, with progress bars.
    func quantize(_ model: Model) throws -> Result {
        if isDynamic {
            return Result(
                quantized: try model.dynamicallyQuantized(settings: settings), data: nil, recipeSeconds: 0, budget: nil)
        }
        let bars = StageProgressBars()
        defer { bars.abandon() }
        if let budget {
            var data: String?
            var start = ContinuousClock.now
            let result = try budget.quantize(model, arguments, settings, recipeProgress: bars.show) { part in
                let made = try self.calibration(of: model, only: part)
                data = made.data
                start = ContinuousClock.now
                return (made.calibration, try rereading(model, only: part))
            }
            return Result(
                quantized: result.model.quantized, data: data, recipeSeconds: seconds(since: start), budget: result)
        }
        let (calibration, data) = try self.calibration(of: model, only: nil)
        let start = ContinuousClock.now
        let quantized: QuantizedModel
        if let batches = try rereading(model, only: nil) {
            quantized = try model.quantized(
                with: calibration, settings: settings, device: samples.device, threads: samples.threads,
                progress: bars.show, rereading: batches)
        } else {
            quantized = try model.quantized(with: calibration, settings: settings)
        }
        return Result(quantized: quantized, data: data, recipeSeconds: seconds(since: start), budget: nil)
    }

    /// What a recipe reads again; nil for one that does not.
    private func rereading(
        _ model: Model, only part: [Range<Int>]?
    ) throws -> ((_ index: Int) throws -> [String: Tensor]?)? {
        settings.recipe == .fast
            ? nil : try samples.batches(for: model, data: try arguments.required("--data"), only: part)
    }

    /// A record from its file, or from a run over samples; and where it is from.
    private func calibration(
        of model: Model, only part: [Range<Int>]?
    ) throws -> (calibration: Calibration, data: String) {
        if let path = arguments.value("--calibration") {
            // A recipe reads samples again, and a budget runs those of --eval-data.
            var meaningless = settings.recipe == .fast ? ["--samples", "--batch", "--device", "--threads"] : []
            if arguments.has("--eval-data"), settings.recipe == .fast { meaningless = ["--samples"] }
            for option in meaningless where arguments.has(option) {
                throw arguments.fail("\(option) has no meaning with --calibration: nothing is run")
            }
            return (try Calibration(path: path), "the record \(path)")
        }
        let data = try arguments.required("--data")
        return (
            try samples.calibrate(model, data: data, settings, only: part),
            "\(data), fed as \(samples.preprocessing.formula)"
        )
    }

    private func seconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start).inMilliseconds / 1e3
    }
}
