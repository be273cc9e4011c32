import Datasets
import Hone
import Reporting

/// `hone optimize`: a float model and samples in; an int8 model, and a report of what that cost and gained, out.
enum OptimizeCommand: Command {
    static let specification = CommandSpecification(
        name: "optimize", summary: "Make a float model small, measure what it costs, and write a report.",
        positional: ["MODEL"],
        options: [
            DataOptions.data,
            .value(
                "--labels", "L.npy", "class of each sample that measures (.npy or .txt); sub-folders bring their own"),
            .value("--eval-data", "D", "samples that measure (default: those of --data that do not calibrate)"),
            .value(
                "--recipe", "RECIPE",
                "fast: round to nearest; balanced (default), best: read the data again to lose less, and keep what measures better"
            ),
            .value(
                "--max-drop", "PP",
                "leave as many layers in float as top-1 needs to drop by no more points; needs labels"),
            .value(
                "--max-kl", "NATS",
                "the same for the divergence of the classes from the float model's; needs no labels"),
            .flag("--sensitivity", "also measure what quantizing each layer alone costs, on 128 samples"),
            .value("--samples", "N", "calibrate on N samples at most (default 512)"),
            .value("-o", "DIR", "the folder to write into; it is made if it is not there"),
            .value(
                "--device", "LIST",
                "time models on these, separated by commas; the first also calibrates and measures (default: cpu and the first OpenCL GPU)"
            ),
            DeviceOption.threads, .flag("--json", "print the report as JSON"),
        ] + OptimizationPruning.options + QuantizationArguments.ranges + DataOptions.preprocessing,
        notes: [
            "Calibrates, quantizes, measures both models on the same samples, compares them layer by layer and times them, one "
                + "sample at a time. DIR gets model_int8.onnx (standard ONNX), calibration.cal (for 'hone quantize --calibration'), "
                + "report.json and report.html, and model_pruned.onnx where the result is pruned; those of an earlier report are replaced.",
            OptimizationSamples.note, OptimizationPruning.note,
            "Without labels, what is measured is how often both models give the same answer, and how far their answers diverge. "
                + "A device that cannot run the models is noted in the report.",
        ],
        refusals: ["--precision": "the report is about float32 and int8"])

    static func run(_ arguments: ParsedArguments) async throws {
        let path = arguments.positional[0]
        let output = try arguments.required("-o")
        let preprocessing = try DataOptions.parsePreprocessing(arguments)
        let settings = try settings(arguments)
        let model = try Model(path: path)
        let samples = try OptimizationSamples(arguments, for: model, preprocessing)
        if case .drop = settings.budget, !samples.isLabeled {
            throw arguments.fail("--max-drop needs --labels; without labels there is --max-kl")
        }
        // The work can take long: a folder that cannot be written is found before it.
        let folder = try OptimizationFolder(output)
        guard !folder.holds(path) else {
            throw arguments.fail("the model is a file of \(output) that would be replaced; give another folder")
        }
        let progress = OptimizationProgressBars(samples)
        defer { progress.abandon() }
        let optimized = try model.optimized(settings, on: samples.data, progress: progress.show)
        progress.finish()
        var origin = OptimizationOrigin(path: path, command: commandLine)
        origin.details = [("Samples fed as", preprocessing.formula)]
        origin.notes = samples.notes
        let report = try optimized.write(to: folder, origin: origin)
        let summary = OptimizationSummary(report: report, source: path, folder: folder)
        print(arguments.has("--json") ? report.json.serialized() : summary.text)
    }

    private static func settings(_ arguments: ParsedArguments) throws -> OptimizationSettings {
        var settings = OptimizationSettings()
        settings.quantization = try QuantizationArguments.settings(arguments)
        if !arguments.has("--recipe") { settings.quantization.recipe = .balanced }
        settings.prunings = try OptimizationPruning.settings(arguments)
        settings.ranksLayers = arguments.has("--sensitivity")
        settings.threads = try arguments.integer("--threads")
        settings.devices = try arguments.value("--device").map { try devices($0, arguments) }
        switch (try arguments.number("--max-drop"), try arguments.number("--max-kl")) {
        case (nil, nil): break
        case (.some(let points), nil): settings.budget = .drop(points)
        case (nil, .some(let nats)): settings.budget = .divergence(nats)
        case (.some, .some): throw arguments.fail("give --max-drop or --max-kl, not both")
        }
        for option in ["--max-drop", "--max-kl"] {
            if let number = try arguments.number(option), number < 0 {
                throw arguments.fail("option \(option) needs a number of at least 0")
            }
        }
        return settings
    }

    private static func devices(_ list: String, _ arguments: ParsedArguments) throws(UsageError) -> [Device] {
        var devices: [Device] = []
        for spelling in list.split(separator: ",", omittingEmptySubsequences: false) {
            do throws(HoneError) {
                devices.append(try Device(String(spelling)))
            } catch {
                throw arguments.fail("option --device: \(error)")
            }
        }
        return devices
    }

    /// As it can be typed again.
    private static var commandLine: String {
        (["hone"] + CommandLine.arguments.dropFirst()).map { argument in
            let isPlain = argument.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || "_-+=:,./%@".contains($0))
            }
            if isPlain, !argument.isEmpty { return argument }
            return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
                + "'"
        }.joined(separator: " ")
    }
}
