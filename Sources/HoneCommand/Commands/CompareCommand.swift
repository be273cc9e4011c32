import Datasets
import Hone
import Reporting

/// `hone compare`: a float model and the int8 one made from it, value by value.
enum CompareCommand: Command {
    static let specification = CommandSpecification(
        name: "compare", summary: "Show where a quantized model loses accuracy, layer by layer.",
        positional: ["FLOAT", "INT8"],
        options: [
            DataOptions.data,
            .value("--samples", "N", "use the first N samples (default 128)"),
            .value("--batch", "N", "samples to run at a time (default 8; no figure depends on it)"),
            .value("--threshold", "DB", "a layer diverges if it loses more than this against its inputs (default 10)"),
            .flag("--layers", "print every layer rather than the 10 that lose most"),
            DeviceOption.device, DeviceOption.threads,
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "Values are matched by their names, in QDQ and QOperator files of Hone, ONNX Runtime and others that keep names. "
                + "'loss' is how far a layer's SQNR is below the lowest of what it reads (each taken as 40 dB at most); the "
                + "first layer, in the order of the model, that loses more than --threshold diverges.",
            "'saturated' is the share of elements at the lowest or highest integer whose float value is out of range.",
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        let (floatPath, quantizedPath) = (arguments.positional[0], arguments.positional[1])
        let data = try arguments.required("--data")
        let preprocessing = try DataOptions.parsePreprocessing(arguments)
        let device = try DeviceOption.parse(arguments)
        let threads = try arguments.integer("--threads")
        let limit = try arguments.integer("--samples") ?? 128
        let threshold = try arguments.number("--threshold") ?? 10
        guard threshold > 0 else { throw arguments.fail("option --threshold needs a number above 0") }
        let batch = try arguments.integer("--batch")

        let (float, quantized) = (try Model(path: floatPath), try Model(path: quantizedPath))
        let dataset = try DataOptions.open(data, for: float, preprocessing)
        let all = try dataset.ranges(batch: batch, default: 8, limit: limit)
        var ranges = all.makeIterator()
        let progress = ProgressBar("Comparing", total: all.reduce(0) { $0 + $1.count })
        defer { progress.abandon() }
        var fed = 0
        let comparison = try float.compare(with: quantized, threshold: threshold, device: device, threads: threads) {
            progress.advance(by: fed)
            guard let range = ranges.next() else { return nil }
            fed = range.count
            return try dataset.batch(range)
        }
        progress.finish()
        let summary = ComparisonSummary(
            comparison, float: floatPath, quantized: quantizedPath,
            data: "\(data), fed as \(preprocessing.formula)")
        print(
            arguments.has("--json") ? summary.json.serialized() : summary.text(listsAll: arguments.has("--layers")))
    }
}
