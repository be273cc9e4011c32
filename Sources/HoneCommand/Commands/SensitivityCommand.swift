import Datasets
import Hone
import Reporting

/// `hone sensitivity`: what quantizing each layer alone costs.
enum SensitivityCommand: Command {
    static let specification = CommandSpecification(
        name: "sensitivity", summary: "Rank a float model's layers by what quantizing each alone costs.",
        positional: ["FLOAT"],
        options: [
            DataOptions.data,
            .value("--labels", "L.npy", "class of each sample (.npy or .txt); class sub-folders bring their own"),
            .value(
                "--calibration", "FILE.cal", "a record of 'hone calibrate'; without it every second block calibrates"),
            .value("--samples", "N", "measure on N samples at most (default 128)"),
            .value("--batch", "N", "samples to run at a time (default 32; no figure depends on it)"),
        ] + QuantizationArguments.ranges + [
            DeviceOption.device, DeviceOption.threads,
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "Each layer is quantized alone, with all others in float, and runs the samples once: its cost is the divergence of "
                + "the classes (KL, in nats), the SQNR of the output and, with labels, the drop in percentage points. "
                + "Ranges come from one calibration.",
            SplitSamples.note,
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        let path = arguments.positional[0]
        let data = try arguments.required("--data")
        let preprocessing = try DataOptions.parsePreprocessing(arguments)
        let (device, threads) = (try DeviceOption.parse(arguments), try arguments.integer("--threads"))
        let settings = try QuantizationArguments.settings(arguments)
        let limit = try arguments.integer("--samples") ?? 128
        let batch = try arguments.integer("--batch")
        let record = try arguments.value("--calibration").map { try Calibration(path: $0) }

        let model = try Model(path: path)
        var dataset = try DataOptions.open(data, for: model, preprocessing)
        if let labels = arguments.value("--labels") { dataset = try dataset.labeled(try Labels.read(path: labels)) }
        let calibration: Calibration
        let samples: EvaluationSamples
        if let record {
            calibration = record
            samples = EvaluationSamples(dataset, try dataset.ranges(batch: batch, default: 32, limit: limit))
        } else {
            let split = try SplitSamples(dataset)
            calibration = try SensitivityProgressBars.calibrate(
                model, dataset, split.calibration, settings, device: device, threads: threads)
            samples = EvaluationSamples(dataset, split.evaluation(batch: batch, limit: limit))
        }
        let progress = SensitivityProgressBars(samples)
        defer { progress.abandon() }
        let sensitivity = try model.sensitivity(
            with: calibration, settings: settings, on: samples.data, device: device, threads: threads,
            progress: progress.show)
        progress.finish()
        let summary = SensitivitySummary(
            sensitivity, source: path, data: "\(data), fed as \(preprocessing.formula)",
            calibration: arguments.value("--calibration").map { "the record \($0)" }
                ?? "\(Quantity.count(calibration.sampleCount)) other samples of it")
        print(arguments.has("--json") ? summary.json.serialized() : summary.text)
    }
}
