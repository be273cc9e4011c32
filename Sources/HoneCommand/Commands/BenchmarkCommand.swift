import Hone
import Reporting

/// `hone benchmark`: how fast a model, or one layer at a time, runs here, and what share of the processor's peak that is.
enum BenchmarkCommand: Command {
    static let specification = CommandSpecification(
        name: "benchmark", summary: "Measure latency, layers, memory and the share of the processor's peak.",
        positional: ["[MODEL|gemm|conv|peaks]"],
        options: [
            .value("--device", "A[,B]", "devices to measure (default: the one that auto takes)"),
            .value("--threads", "N[,N]", "numbers of threads (default: one a core)"),
            .value("--batch", "N[,N]", "samples to run at a time (default: what the model fixes, else 1)"),
            .value("--isa", "NAME", "instruction set of the cpu device: scalar, avx2, avxvnni, avx512vnni, neon"),
            DeviceOption.precision,
            .value(
                "--sparsity", "S", "make this share (0 to 1) of the weight blocks of every layer but the first zero"),
            .value("--runs", "N", "timed runs of each configuration"),
            .value("--seconds", "S", "time each configuration for so long instead (default 2)"),
            .flag("--layers", "also print every layer's time"),
            .list("--shape", "NAME=1x3x224x224", "shape of an input whose dimensions are open"),
            .value(
                "--sizes", "LIST|FILE", "gemm: MxNxK[,MxNxK] or a file of them; conv: a file, as in Benchmarks/Shapes"),
            .value("--synthetic", "NAME", "a network made from a seed: resnet18, resnet50, mobilenetv2, vgg16"),
            .value("--type", "TYPE", "gemm, conv, --synthetic: int8 (default) or f32"),
            .value("--side", "N", "--synthetic: height and width of the images (default 224)"),
            .value("--seed", "N", "--synthetic: another network of the same shape (default 1)"),
            .flag("--calibration", "time calibration of the float model, beside its forward passes alone"),
            .flag("--no-verify", "gemm, conv: do not compare with the reference device before timing"),
            .flag("--verify", "models: compare with the cpu device before timing"),
            .flag("--interactive", "time on demand, one configuration: see below"),
            Printing.json, Printing.jsonFile,
        ],
        notes: [
            "Configurations take turns of at most 50 ms, so that a change of the machine's speed hits all alike. A run goes "
                + "from the fed tensor to the returned one. Peaks are measured in the same run, by loops that never leave "
                + "the registers, with as many threads. GOP/s counts two operations for each multiply-accumulate of the "
                + "dense layer; the share of the peak counts those of blocks that are not zero.",
            "gemm and conv measure layers alone, as models of one node, whose outputs must first equal the reference's. The batch "
                + "of a gemm is its number of rows.",
            "peaks measures devices alone: what arithmetic on registers gives at most, copies, and what a launch costs.",
            "--synthetic makes a network of a published architecture with random weights: good for time, not for accuracy. int8 "
                + "is what hone quantize makes of it, calibrated on one image; with --sparsity the weights that are left grow, "
                + "so that activations keep their size.",
            "Memory is the whole process's: measure one configuration to read it.",
            "--interactive loads the model, answers one line of JSON, and waits. For every line 'go' it times the model for "
                + "--seconds (default 0.3), or --runs, and answers {\"samples_ms\": [...]}; at the end of its input it answers "
                + "what --json prints. So another program can take turns with it.",
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        try Printing.check(arguments)
        let plan = try BenchmarkArguments(arguments)
        let form = arguments.has("--synthetic") ? nil : arguments.positional.first
        if arguments.has("--calibration") { return try runCalibration(plan, arguments) }
        switch form {
        case "gemm", "conv": try runLayers(plan, arguments)
        case "peaks": try runPeaks(plan, arguments)
        default: try runModel(plan, arguments)
        }
    }

    private static func runModel(_ plan: BenchmarkArguments, _ arguments: ParsedArguments) throws {
        for option in ["--sizes", "--no-verify"] where arguments.has(option) {
            throw arguments.fail("option \(option) is for gemm and conv")
        }
        let model = try BenchmarkModel(arguments, sparsity: plan.sparsity, isCalibrated: false)
        var settings = plan.settings
        if arguments.has("--verify") { settings.verification = .cpu }
        let benchmark: Benchmark
        switch model {
        case .file(let path):
            benchmark = try Benchmark(
                path: path, sparsity: plan.sparsity, batches: plan.batches, settings, peaks: PeakTable()
            ) { plan.configurations(batch: $0) }
        case .synthetic(let network):
            let made = try Model.synthetic(network)
            benchmark = try Benchmark(
                (plan.batches ?? [1]).flatMap { plan.configurations(batch: $0) }, settings, peaks: PeakTable()
            ) { made }
        }
        if arguments.has("--interactive") {
            guard benchmark.sessions.count == 1 else { throw arguments.fail("--interactive takes one configuration") }
            return try InteractiveBenchmark(
                benchmark, name: model.name, plan.settings, hasSeconds: arguments.has("--seconds")
            )
            .run()
        }
        try benchmark.run()
        let report = BenchmarkReport(
            entries: try benchmark.results().map { BenchmarkReport.Entry(name: model.name, $0) })
        try Printing.print(report.text(layers: arguments.has("--layers")), report.json, arguments)
    }

    private static func runCalibration(_ plan: BenchmarkArguments, _ arguments: ParsedArguments) throws {
        for option in ["--sizes", "--no-verify", "--verify", "--layers", "--interactive"] where arguments.has(option) {
            throw arguments.fail("--calibration takes no \(option)")
        }
        let model = try BenchmarkModel(arguments, sparsity: plan.sparsity, isCalibrated: true)
        let made =
            switch model {
            case .file(let path): try plan.sparse(try Model(path: path))
            case .synthetic(let settings): try Model.synthetic(settings)
            }
        let batches = plan.batches ?? [made.fixedBatch ?? 1]
        let benchmark = try CalibrationBenchmark(
            batches.flatMap { plan.configurations(batch: $0) }, plan.settings
        ) { made }
        let report = CalibrationReport(name: model.name, results: try benchmark.run())
        try Printing.print(report.text, report.json, arguments)
    }

    private static func runPeaks(_ plan: BenchmarkArguments, _ arguments: ParsedArguments) throws {
        let taken = ["--device", "--threads", "--isa", Printing.json.name, Printing.jsonFile.name]
        for option in specification.options where arguments.has(option.name) && !taken.contains(option.name) {
            throw arguments.fail("peaks takes no \(option.name)")
        }
        let report = PeakReport(devices: try plan.configurations(batch: 1).map { try DevicePeaks($0) })
        try Printing.print(report.text, report.json, arguments)
    }

    private static func runLayers(_ plan: BenchmarkArguments, _ arguments: ParsedArguments) throws {
        guard !arguments.has("--interactive") else { throw arguments.fail("--interactive takes a model") }
        guard !arguments.has("--shape") else { throw arguments.fail("--shape takes a model") }
        for option in ["--side", "--seed", "--verify"] where arguments.has(option) {
            throw arguments.fail("\(arguments.positional[0]) takes no \(option)")
        }
        guard plan.precision == .float32 || arguments.has("--no-verify") else {
            throw arguments.fail("only float32 gives the reference's bits: --precision needs --no-verify")
        }
        let arithmetic = try arguments.choice("--type", of: LayerArithmetic.self) ?? .int8
        let layers =
            try arguments.positional[0] == "conv"
            ? convolutions(plan, arguments, arithmetic) : products(arguments, arithmetic)
        var settings = plan.settings
        settings.verification = arguments.has("--no-verify") ? nil : .reference
        var report = BenchmarkReport(entries: [])
        let peaks = PeakTable()
        for layer in layers {
            let model = try layer.make()
            let sparse = try plan.sparse(model, afterFirst: false)
            let benchmark = try Benchmark(plan.configurations(batch: layer.batch), settings, peaks: peaks) { sparse }
            try benchmark.run()
            report.entries += try benchmark.results().map { BenchmarkReport.Entry(name: layer.name, $0) }
        }
        for index in report.entries.indices {
            report.entries[index].result.peaks = try peaks.peaks(report.entries[index].result.configuration)
        }
        try Printing.print(report.layerText(hasLayers: arguments.has("--layers")), report.json, arguments)
    }

    /// A layer that is measured alone, made when its turn comes.
    private struct Layer {
        let name: String
        let batch: Int
        let make: () throws -> Model
    }

    private static func convolutions(
        _ plan: BenchmarkArguments, _ arguments: ParsedArguments, _ arithmetic: LayerArithmetic
    ) throws -> [Layer] {
        let shapes = try ConvolutionShape.read(path: try arguments.required("--sizes"))
        return (plan.batches ?? [1]).flatMap { batch in
            shapes.map { shape in
                Layer(name: shape.name, batch: batch) { try Model.layer(shape, arithmetic, batch: batch) }
            }
        }
    }

    private static func products(_ arguments: ParsedArguments, _ arithmetic: LayerArithmetic) throws -> [Layer] {
        guard !arguments.has("--batch") else { throw arguments.fail("gemm takes no --batch: its rows are the batch") }
        let spelling = arguments.value("--sizes") ?? "512x512x512,1024x1024x1024,2048x2048x2048"
        let shapes: [MatrixShape]
        if spelling.first?.isNumber == true, !spelling.contains(".") {
            do throws(HoneError) {
                shapes = try spelling.split(separator: ",", omittingEmptySubsequences: false)
                    .map { part throws(HoneError) in try MatrixShape(String(part)) }
            } catch {
                throw arguments.fail("option --sizes: \(error)")
            }
        } else {
            shapes = try MatrixShape.read(path: spelling)
        }
        return shapes.map { shape in
            Layer(name: "\(shape)", batch: shape.rows) { try Model.layer(shape, arithmetic) }
        }
    }
}
