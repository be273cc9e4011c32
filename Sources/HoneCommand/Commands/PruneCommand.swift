import Datasets
import Evaluation
import Files
import Hone
import Reporting
import Tensors

/// `hone prune`: a float ONNX model and samples in, the same model with blocks of zeros, or with fewer channels, out.
enum PruneCommand: Command {
    static let specification = CommandSpecification(
        name: "prune", summary: "Make a float model's weights zero in blocks that kernels skip, or take channels out.",
        positional: ["MODEL"],
        options: [DataOptions.data] + PruningArguments.options + [
            .value("--samples", "N", "use the first N samples (default 512)"),
            .value("--memory", "MIB", "what pruning may hold beside the model (default 1024)"),
            .value("--batch", "N", "samples to run at a time (default 8; no result depends on it)"),
            .value("--eval-data", "D", "samples that measure accuracy before and after"),
            .value("--labels", "L.npy", "class of each of these (.npy or .txt); class sub-folders bring their own"),
            .value("-o", "OUT.onnx", "the file to write"),
            DeviceOption.device, DeviceOption.threads,
            .flag("--verbose", "say how many OpenCL programs were compiled, too"),
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "Give one of --sparsity, --layers, --macs and --speedup; N:M patterns need none. Without training: kept weights are "
                + "fitted so that each layer gives what it gave before, on --data (training images; labels are not needed). Only "
                + "--score magnitude --no-refit needs no data.",
            "The output is standard float ONNX. Prune first, then quantize: 'hone quantize' keeps the zeros. 'hone inspect' "
                + "counts them.",
        ],
        refusals: ["--precision": "weights are fitted in float32 only: the file is the same on every device"])

    static func run(_ arguments: ParsedArguments) async throws {
        let job = try PruningJob(arguments)
        // Pruning can take long: an output that cannot be written is found before it. The file made here goes at once.
        _ = try AtomicFile(replacing: job.output)
        let model = try Model(path: job.source)
        let evaluation = try job.evaluation(of: model)
        let start = ContinuousClock.now
        let (pruned, data) = try job.prune(model)
        let seconds = (ContinuousClock.now - start).inMilliseconds / 1e3
        let accuracy = try evaluation.map { try job.measure(pruned.model, model, $0) }
        try pruned.model.save(to: job.output)
        let summary = PruningSummary(
            pruned: pruned, settings: job.settings, source: job.source, output: job.output, data: data,
            accuracy: accuracy, sizes: try FileSizes(source: job.source, output: job.output),
            multiplyAccumulates: pruned.pattern == "channel" ? multiplyAccumulates(model, pruned.model) : nil,
            seconds: seconds)
        print(arguments.has("--json") ? summary.json.serialized() : summary.text)
    }
}

extension PruneCommand {
    /// Of a sample on both; nil where shapes are open.
    private static func multiplyAccumulates(_ before: Model, _ after: Model) -> (before: Int, after: Int)? {
        let counts = [before, after].map { model in
            (try? ModelSummary(model, path: "", shapes: [:]))?.multiplyAccumulateCount
        }
        guard let before = counts[0], let after = counts[1] else { return nil }
        return (before, after)
    }
}

/// What `hone prune` is asked to do: options that fit together, and the way from a model to a pruned one.
struct PruningJob {
    let source: String
    let output: String
    let settings: PruningSettings
    private let arguments: ParsedArguments
    private let preprocessing: Preprocessing
    private let device: Device
    private let threads: Int?
    private let batch: Int?

    /// - Throws: `UsageError` for options that are wrong, or have no meaning together.
    init(_ arguments: ParsedArguments) throws {
        self.arguments = arguments
        source = arguments.positional[0]
        output = try arguments.required("-o")
        settings = try PruningArguments.settings(arguments)
        guard arguments.has("--data") || !settings.needsData else {
            throw arguments.fail("pruning needs --data; only --score magnitude --no-refit does without")
        }
        for option in ["--samples", "--memory"] where arguments.has(option) && !arguments.has("--data") {
            throw arguments.fail("\(option) needs --data")
        }
        if arguments.has("--labels"), !arguments.has("--eval-data") {
            throw arguments.fail("--labels needs --eval-data: pruning itself needs none")
        }
        guard !isSameFile(output, source) else { throw arguments.fail("-o is the model itself; give another file") }
        preprocessing = try DataOptions.parsePreprocessing(arguments)
        device = try DeviceOption.parse(arguments)
        threads = try arguments.integer("--threads")
        batch = try arguments.integer("--batch")
    }

    /// Prunes, with progress bars; and says where the samples are from, and how many.
    func prune(_ model: Model) throws -> (PrunedModel, data: (name: String, samples: Int)?) {
        guard let path = arguments.value("--data") else {
            return (try model.pruned(settings, device: device, threads: threads), nil)
        }
        let dataset = try DataOptions.open(path, for: model, preprocessing)
        let ranges = try dataset.ranges(batch: batch, default: 8, limit: settings.sampleLimit)
        let count = ranges.reduce(0) { $0 + $1.count }
        let bars = StageProgressBars()
        defer { bars.abandon() }
        let pruned = try model.pruned(
            settings, device: device, threads: threads, sampleCount: count, progress: bars.show,
            rereading: { index in index < ranges.count ? try dataset.batch(ranges[index]) : nil })
        return (pruned, ("\(path), fed as \(preprocessing.formula)", count))
    }

    /// The labelled samples that measure; nil if none are given. They are looked at before the work begins.
    func evaluation(of model: Model) throws -> Dataset? {
        guard let path = arguments.value("--eval-data") else { return nil }
        var dataset = try DataOptions.open(path, for: model, preprocessing)
        if let labels = arguments.value("--labels") { dataset = try dataset.labeled(try Labels.read(path: labels)) }
        guard dataset.labels != nil else {
            throw arguments.fail("--eval-data needs --labels, or a folder with a sub-folder for each class")
        }
        return dataset
    }

    /// Both models on the same samples.
    func measure(_ pruned: Model, _ original: Model, _ dataset: Dataset) throws -> EvaluationResult {
        var run = try EvaluationRun(pruned, reference: original, device: device, threads: threads, topK: [1])
        let ranges = try dataset.ranges(batch: nil, default: 50, limit: nil)
        let progress = ProgressBar("Evaluating", total: ranges.reduce(0) { $0 + $1.count })
        defer { progress.abandon() }
        for range in ranges {
            let feed = try dataset.batch(range)
            try run.add(
                feed, referenceFeed: feed, count: range.count, labels: dataset.labels.map { Array($0[range]) })
            progress.advance(by: range.count)
        }
        progress.finish()
        return run.result
    }
}
