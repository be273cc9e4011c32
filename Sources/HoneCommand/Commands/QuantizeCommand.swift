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
            .value("--samples", "N", "use the first N samples (default 512)"),
            .value("--method", "METHOD", "how ranges are chosen: mse (default), minmax, percentile"),
            .value("--percentile", "P", "the percentage that --method percentile keeps (default 99.99)"),
            .flag("--per-tensor", "one weight scale for a tensor instead of one for each output channel"),
            .list("--exclude", "NAME", "nodes that stay in floating point"),
            .value("--batch", "N", "samples to run at a time (default 8; no result depends on it)"),
            .value("-o", "OUT.onnx", "the file to write"),
            DeviceOption.device, DeviceOption.threads,
            .flag("--verbose", "print what became of each node"),
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "The output is standard ONNX (QuantizeLinear and DequantizeLinear around what runs on integers): per-channel "
                + "int8 weights, uint8 activations. Calibrate on training images, never on those that measure accuracy."
        ],
        refusals: ["--precision": "calibration computes float32 only: a record is the same on every device"])

    private enum Method: String, CaseIterable {
        case mse, minmax, percentile
    }

    static func run(_ arguments: ParsedArguments) async throws {
        let path = arguments.positional[0]
        let output = try arguments.required("-o")
        let data = try arguments.required("--data")
        guard !isSameFile(output, path) else { throw arguments.fail("-o is the model itself; give another file") }
        let settings = try settings(arguments)
        let preprocessing = try DataOptions.parsePreprocessing(arguments)
        let device = try DeviceOption.parse(arguments)
        let threads = try arguments.integer("--threads")
        let (batch, limit) = (try arguments.integer("--batch"), try arguments.integer("--samples") ?? 512)

        // Calibration can take long: an output that cannot be written is found before it. The file made here goes at once.
        _ = try AtomicFile(replacing: output)
        let model = try Model(path: path)
        let dataset = try DataOptions.open(data, for: model, preprocessing)
        var ranges = try dataset.ranges(batch: batch, default: 8, limit: limit).makeIterator()
        let progress = ProgressBar("Calibrating", total: min(limit, dataset.count))
        let start = ContinuousClock.now
        defer { progress.abandon() }
        let quantized = try model.quantized(
            settings: settings, device: device, threads: threads
        ) {
            guard let range = ranges.next() else { return nil }
            let feed = try dataset.batch(range)
            progress.advance(by: range.count)
            return feed
        }
        progress.finish()
        try quantized.model.save(to: output)
        let seconds = (ContinuousClock.now - start).inMilliseconds / 1e3
        let summary = QuantizationSummary(
            quantized, source: path, output: output, data: "\(data), fed as \(preprocessing.formula)",
            sourceBytes: fileSize(path), outputBytes: fileSize(output),
            seconds: seconds)
        print(
            arguments.has("--json") ? summary.json.serialized() : summary.text(listsNodes: arguments.has("--verbose")))
    }

    private static func settings(_ arguments: ParsedArguments) throws -> QuantizationSettings {
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
private func isSameFile(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    return stat(first, &one) == 0 && stat(second, &other) == 0 && one.st_dev == other.st_dev
        && one.st_ino == other.st_ino
}

/// The size of a file in bytes, 0 if it cannot be told.
func fileSize(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
}
