import Datasets
import Files
import Foundation
import Hone
import Reporting

/// `hone quantize`: a float ONNX model and samples in, an int8 QDQ model out.
enum QuantizeCommand: Command {
    static let specification = CommandSpecification(
        name: "quantize", summary: "Quantize a float model to int8, calibrating on samples.", positional: ["MODEL"],
        options: [
            DataOptions.data,
            .value(
                "--calibration", "FILE.cal",
                "take ranges from a record of 'hone calibrate' instead of --data; with --recipe balanced or best give both"
            ),
            .value("--samples", "N", "use the first N samples (default 512)"),
        ] + rangeOptions + BudgetOptions.options + [
            .value(
                "--recipe", "RECIPE",
                "fast (default): round to nearest; balanced, best: read the data again to lose less, and keep what measures better"
            ),
            .value("--memory", "MIB", "what the second reading may hold beside the models (default 1024)"),
            .value("--format", "FORMAT", "qdq (default), or qoperator: QLinearConv and QLinearMatMul"),
            .flag("--dynamic", "quantize activations as they come: needs no data; int8 weights, float between layers"),
            .value(
                "--types", "T,T", "the operators that --dynamic quantizes, of Gemm,MatMul,Conv (default Gemm,MatMul)"),
            .value("--batch", "N", "samples to run at a time (default 8; no result depends on it)"),
            .value("-o", "OUT.onnx", "the file to write"),
            DeviceOption.device, DeviceOption.threads,
            .flag("--verbose", "print what became of each node, and how many OpenCL programs were compiled"),
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "The output is standard ONNX (QuantizeLinear and DequantizeLinear around what runs on integers): per-channel "
                + "int8 weights, uint8 activations unless options say otherwise. Calibrate on training images, never on those that "
                + "measure accuracy.",
            "With a budget, layers are ranked by what quantizing each alone costs ('hone sensitivity'), and the most costly ones "
                + "stay in float until it holds; if it holds for the float model alone, the command fails and writes no file. "
                + SplitSamples.note,
        ],
        refusals: ["--precision": "calibration computes float32 only: a record is the same on every device"])

    /// How ranges and scales are chosen, and for which nodes.
    static let rangeOptions: [OptionSpecification] = [
        .value("--method", "METHOD", "how ranges are chosen: mse (default), minmax, mean-minmax, percentile, kl"),
        .value("--norm", "P", "the power of the error that --method mse takes the mean of (default 2)"),
        .value("--percentile", "P", "the percentage that --method percentile keeps (default 99.99)"),
        .value("--activations", "TYPE", "the type of activations in the file: u8 (default), s8"),
        .flag("--symmetric", "activations with their zero in the middle: 0 of s8, 128 of u8"),
        .flag("--per-tensor", "one weight scale for a tensor instead of one for each output channel"),
        .list("--exclude", "NAME", "nodes that stay in floating point: names, globs ('block1/*'), or type:Conv"),
    ]

    private enum Method: String, CaseIterable {
        case mse, minmax, percentile, kl
        case meanMinMax = "mean-minmax"
    }

    /// What has no meaning with --dynamic, which runs nothing.
    private static let ofCalibration = [
        "--data", "--calibration", "--samples", "--method", "--norm", "--percentile", "--activations", "--symmetric",
        "--format", "--batch", "--device", "--threads", "--max-drop", "--max-kl", "--labels", "--eval-data",
        "--recipe", "--memory",
    ]

    static func run(_ arguments: ParsedArguments) async throws {
        let path = arguments.positional[0]
        let output = try arguments.required("-o")
        let isDynamic = arguments.has("--dynamic")
        if isDynamic, let option = ofCalibration.first(where: { arguments.has($0) }) {
            throw arguments.fail("\(option) has no meaning with --dynamic: activations are quantized as they come")
        }
        if arguments.has("--types"), !isDynamic { throw arguments.fail("--types needs --dynamic") }
        let settings = try settings(arguments)
        let isOnePass = settings.recipe == .fast
        guard isOnePass || arguments.has("--data") else {
            throw arguments.fail("--recipe \(settings.recipe.rawValue) reads the data again: give --data")
        }
        guard isDynamic || !isOnePass || arguments.has("--data") != arguments.has("--calibration") else {
            throw arguments.fail("give --data with samples, or --calibration with a record of 'hone calibrate'")
        }
        guard !isSameFile(output, path) else { throw arguments.fail("-o is the model itself; give another file") }
        let run = try CalibrationRun(arguments)
        let budget = try BudgetOptions(arguments)
        guard budget == nil || isOnePass else {
            throw arguments.fail("a budget quantizes by recipe fast: leave --recipe out, or --max-drop and --max-kl")
        }

        // Calibration can take long: an output that cannot be written is found before it. The file made here goes at once.
        _ = try AtomicFile(replacing: output)
        let model = try Model(path: path)
        let start = ContinuousClock.now
        var source: String?
        let budgeted = try budget?.quantize(model, arguments, settings) { part in
            let result = try calibration(of: model, arguments, run, settings, only: part)
            source = result.source
            return result.0
        }
        var recipeSeconds = 0.0
        let quantized: QuantizedModel
        if let budgeted {
            quantized = budgeted.model.quantized
        } else if isDynamic {
            quantized = try model.dynamicallyQuantized(settings: settings)
        } else {
            let (calibration, origin) = try calibration(of: model, arguments, run, settings, only: nil)
            source = origin
            let recipeStart = ContinuousClock.now
            quantized =
                isOnePass
                ? try model.quantized(with: calibration, settings: settings)
                : try run.quantize(model, with: calibration, data: try arguments.required("--data"), settings)
            recipeSeconds = (ContinuousClock.now - recipeStart).inMilliseconds / 1e3
        }
        try quantized.model.save(to: output)
        let seconds = (ContinuousClock.now - start).inMilliseconds / 1e3
        let summary = QuantizationSummary(
            quantized, source: path, output: output, data: source,
            sourceBytes: fileSize(path), outputBytes: fileSize(output),
            seconds: seconds, recipeSeconds: recipeSeconds, budget: budgeted)
        print(
            arguments.has("--json") ? summary.json.serialized() : summary.text(listsNodes: arguments.has("--verbose")))
    }

    /// A record from its file, or from a run over samples; and where it is from.
    private static func calibration(
        of model: Model, _ arguments: ParsedArguments, _ run: CalibrationRun, _ settings: QuantizationSettings,
        only part: [Range<Int>]?
    ) throws -> (Calibration, source: String) {
        if let path = arguments.value("--calibration") {
            // A recipe reads samples again, and a budget runs those of --eval-data.
            var meaningless = settings.recipe == .fast ? ["--samples", "--batch", "--device", "--threads"] : []
            if arguments.has("--eval-data") { meaningless = ["--samples"] }
            for option in meaningless where arguments.has(option) {
                throw arguments.fail("\(option) has no meaning with --calibration: nothing is run")
            }
            return (try Calibration(path: path), "the record \(path)")
        }
        let data = try arguments.required("--data")
        return (
            try run.calibrate(model, data: data, settings, only: part), "\(data), fed as \(run.preprocessing.formula)"
        )
    }

    /// What `rangeOptions` say.
    static func settings(_ arguments: ParsedArguments) throws -> QuantizationSettings {
        let method = try arguments.choice("--method", of: Method.self) ?? .mse
        let percentile = try arguments.number("--percentile")
        if percentile != nil, method != .percentile {
            throw arguments.fail("--percentile needs --method percentile")
        }
        let norm = try arguments.number("--norm")
        if norm != nil, method != .mse { throw arguments.fail("--norm needs --method mse") }
        var settings = QuantizationSettings()
        switch method {
        case .mse: settings.method = norm.map { .meanPowerError(norm: $0) } ?? .meanSquaredError
        case .kl: settings.method = .kullbackLeibler
        case .meanMinMax: settings.method = .meanMinMax
        case .minmax: settings.method = .minMax
        case .percentile: settings.method = .percentile(percentile ?? 99.99)
        }
        settings.activations =
            try arguments.choice("--activations", of: QuantizationSettings.ActivationType.self) ?? .uint8
        settings.symmetricActivations = arguments.has("--symmetric")
        settings.format = try arguments.choice("--format", of: QuantizationSettings.Format.self) ?? .qdq
        if let types = arguments.value("--types") {
            settings.dynamicTypes = Set(types.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
            let unknown = settings.dynamicTypes.subtracting(["Gemm", "MatMul", "Conv"]).sorted()
            guard unknown.isEmpty else {
                throw arguments.fail("option --types takes Gemm, MatMul and Conv, not '\(unknown[0])'")
            }
        }
        settings.recipe = try arguments.choice("--recipe", of: QuantizationSettings.Recipe.self) ?? .fast
        if let mebibytes = try arguments.integer("--memory") {
            guard settings.recipe != .fast else { throw arguments.fail("--memory needs --recipe balanced or best") }
            guard (16...(1 << 20)).contains(mebibytes) else {
                throw arguments.fail("--memory takes 16 to 1048576 MiB, not \(mebibytes)")
            }
            settings.memoryLimit = mebibytes << 20
        }
        settings.perTensor = arguments.has("--per-tensor")
        settings.excludedNodes = Set(arguments.values("--exclude"))
        return settings
    }
}

/// Whether two paths lead to one file.
func isSameFile(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev
        && one.st_ino == other.st_ino
}

/// The size of a file in bytes, 0 if it cannot be told.
func fileSize(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
}
