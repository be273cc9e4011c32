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
        ] + QuantizationArguments.ranges + BudgetOptions.options + QuantizationArguments.forms + [
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

    static func run(_ arguments: ParsedArguments) async throws {
        let job = try QuantizationJob(arguments)
        // Calibration can take long: an output that cannot be written is found before it. The file made here goes at once.
        _ = try AtomicFile(replacing: job.output)
        let model = try Model(path: job.source)
        let start = ContinuousClock.now
        let result = try job.quantize(model)
        try result.quantized.model.save(to: job.output)
        let seconds = (ContinuousClock.now - start).inMilliseconds / 1e3
        let summary = QuantizationSummary(
            result.quantized, source: job.source, output: job.output, data: result.data,
            sizes: try FileSizes(source: job.source, output: job.output), seconds: seconds,
            recipeSeconds: result.recipeSeconds, budget: result.budget)
        print(
            arguments.has("--json") ? summary.json.serialized() : summary.text(listsNodes: arguments.has("--verbose")))
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
