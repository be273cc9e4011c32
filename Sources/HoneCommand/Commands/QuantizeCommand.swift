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
            .value("--calibration", "FILE.cal", "take ranges from a record of 'hone calibrate' instead of --data"),
            .value("--samples", "N", "use the first N samples (default 512)"),
        ] + rangeOptions + BudgetOptions.options + [
            .value("--batch", "N", "samples to run at a time (default 8; no result depends on it)"),
            .value("-o", "OUT.onnx", "the file to write"),
            DeviceOption.device, DeviceOption.threads,
            .flag("--verbose", "print what became of each node, and how many OpenCL programs were compiled"),
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "The output is standard ONNX (QuantizeLinear and DequantizeLinear around what runs on integers): per-channel "
                + "int8 weights, uint8 activations. Calibrate on training images, never on those that measure accuracy.",
            "With a budget, layers are ranked by what quantizing each alone costs ('hone sensitivity'), and the most costly ones "
                + "stay in float until it holds; if it holds for the float model alone, the command fails and writes no file. "
                + SplitSamples.note,
        ],
        refusals: ["--precision": "calibration computes float32 only: a record is the same on every device"])

    /// How ranges and scales are chosen, and for which nodes.
    static let rangeOptions: [OptionSpecification] = [
        .value("--method", "METHOD", "how ranges are chosen: mse (default), minmax, percentile"),
        .value("--percentile", "P", "the percentage that --method percentile keeps (default 99.99)"),
        .flag("--per-tensor", "one weight scale for a tensor instead of one for each output channel"),
        .list("--exclude", "NAME", "nodes that stay in floating point"),
    ]

    private enum Method: String, CaseIterable {
        case mse, minmax, percentile
    }

    static func run(_ arguments: ParsedArguments) async throws {
        let path = arguments.positional[0]
        let output = try arguments.required("-o")
        guard arguments.has("--data") != arguments.has("--calibration") else {
            throw arguments.fail("give --data with samples, or --calibration with a record of 'hone calibrate'")
        }
        guard !isSameFile(output, path) else { throw arguments.fail("-o is the model itself; give another file") }
        let settings = try settings(arguments)
        let run = try CalibrationRun(arguments)
        let budget = try BudgetOptions(arguments)

        // Calibration can take long: an output that cannot be written is found before it. The file made here goes at once.
        _ = try AtomicFile(replacing: output)
        let model = try Model(path: path)
        let start = ContinuousClock.now
        var source = ""
        func calibration(_ part: [Range<Int>]?) throws -> Calibration {
            let result = try self.calibration(of: model, arguments, run, settings, only: part)
            source = result.source
            return result.0
        }
        let budgeted = try budget?.quantize(model, arguments, settings, calibrate: calibration)
        let quantized =
            try budgeted?.model.quantized
            ?? model.quantized(with: try calibration(nil), settings: settings)
        try quantized.model.save(to: output)
        let seconds = (ContinuousClock.now - start).inMilliseconds / 1e3
        let summary = QuantizationSummary(
            quantized, source: path, output: output, data: source,
            sourceBytes: fileSize(path), outputBytes: fileSize(output),
            seconds: seconds, budget: budgeted)
        print(
            arguments.has("--json") ? summary.json.serialized() : summary.text(listsNodes: arguments.has("--verbose")))
    }

    /// A record from its file, or from a run over samples; and where it is from.
    private static func calibration(
        of model: Model, _ arguments: ParsedArguments, _ run: CalibrationRun, _ settings: QuantizationSettings,
        only part: [Range<Int>]?
    ) throws -> (Calibration, source: String) {
        if let path = arguments.value("--calibration") {
            let isRunning = arguments.has("--eval-data")
            for option in ["--samples"] + (isRunning ? [] : ["--batch", "--device", "--threads"])
            where arguments.has(option) {
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
        var settings = QuantizationSettings()
        switch method {
        case .mse: settings.method = .meanSquaredError
        case .minmax: settings.method = .minMax
        case .percentile: settings.method = .percentile(percentile ?? 99.99)
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
