import Datasets
import Evaluation
import Hone
import Reporting

/// `hone evaluate`: accuracy, and what was lost against a reference.
enum EvaluateCommand: Command {
    static let specification = CommandSpecification(
        name: "evaluate", summary: "Measure a model's accuracy, alone or against a reference model.",
        positional: ["MODEL"],
        options: [
            DataOptions.data,
            .value("--labels", "L.npy", "class of each sample (.npy or .txt); class sub-folders bring their own"),
            .value("--reference", "FLOAT.onnx", "also run this model: drop with interval, agreement, size, latency"),
            .value("--top", "K[,K]", "values of k for top-k accuracy (default 1,5)"),
            .value("--limit", "N", "use the first N samples"),
            .value("--batch", "N", "samples to run at a time (default 50)"),
            .value(
                "--verify", "A,B", "also compare two executions of the model on its first sample (see 'hone verify')"),
            DeviceOption.device, DeviceOption.threads, DeviceOption.precision,
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "The interval is the paired 95 % interval of the drop; if it holds 0, the difference may be chance. Latency is "
                + "the median of single samples after a warm-up."
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        let path = arguments.positional[0]
        let data = try arguments.required("--data")
        let preprocessing = try DataOptions.parsePreprocessing(arguments)
        let device = try DeviceOption.parse(arguments)
        let threads = try arguments.integer("--threads")
        let precision = try DeviceOption.parsePrecision(arguments)
        let verification = try arguments.value("--verify").map {
            try VerifyCommand.executions("--verify", $0, arguments)
        }
        let referencePath = arguments.value("--reference")

        let model = try Model(path: path)
        let reference = try referencePath.map { try Model(path: $0) }
        var dataset = try DataOptions.open(data, for: model, preprocessing)
        if let labels = arguments.value("--labels") { dataset = try dataset.labeled(try Labels.read(path: labels)) }
        let referenceDataset = try reference.map { try DataOptions.open(data, for: $0, preprocessing) }
        let wantedTopK = try topK(arguments)
        guard dataset.labels != nil || !arguments.has("--top") else { throw arguments.fail("--top needs --labels") }
        let topK = dataset.labels == nil ? nil : wantedTopK
        var run = try EvaluationRun(
            model, reference: reference, device: device, threads: threads, precision: precision, topK: topK)
        let wanted = try arguments.integer("--batch") ?? referenceDataset?.requiredBatchSize
        let ranges = try dataset.ranges(batch: wanted, default: 50, limit: try arguments.integer("--limit"))
        let progress = ProgressBar("Evaluating", total: ranges.reduce(0) { $0 + $1.count })
        defer { progress.abandon() }
        for range in ranges {
            try run.add(
                try dataset.batch(range), referenceFeed: try referenceDataset?.batch(range), count: range.count,
                labels: dataset.labels.map { Array($0[range]) })
            progress.advance(by: range.count)
        }
        progress.finish()

        var summary = EvaluationSummary(
            model: path, reference: referencePath, device: run.deviceName, precision: precision,
            result: run.result)
        summary.modelBytes = fileSize(path)
        summary.referenceBytes = referencePath.map { fileSize($0) }
        let single = dataset.requiredBatchSize ?? 1
        summary.latency = try run.latency(
            of: try dataset.batch(0..<single), referenceFeed: referenceDataset?.batch(0..<single))
        if let verification {
            let report = try model.verify(
                verification.0, against: verification.1, feeds: [try dataset.batch(0..<single)])
            summary.verification = (verification.0.description, verification.1.description, report)
        }
        print(arguments.has("--json") ? summary.json.serialized() : summary.text)
        if let report = summary.verification?.report, !report.isEqual {
            throw HoneError(.checkFailed, "the two executions differ")
        }
    }

    private static func topK(_ arguments: ParsedArguments) throws -> [Int] {
        guard let text = arguments.value("--top") else { return [1, 5] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let values = parts.compactMap { $0 }.filter { $0 >= 1 }
        guard values.count == parts.count else {
            throw arguments.fail("option --top needs whole numbers of at least 1, such as 1,5, not '\(text)'")
        }
        return values
    }
}
