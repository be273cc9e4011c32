import Hone
import Reporting

/// `hone tune`: the fastest way to cut each layer's work on an OpenCL device, found by trying.
enum TuneCommand: Command {
    static let specification = CommandSpecification(
        name: "tune", summary: "Search the fastest kernel tiles for a model's layers on an OpenCL device.",
        positional: ["MODEL"],
        options: [
            .value("--device", "opencl[:N]", "device to tune for (default: the GPU that auto takes)"),
            .value("--batch", "N[,N]", "samples to run at a time (default: what the model fixes, else 1)"),
            .value("--layers", "GLOB", "only layers that share their sizes with a node named so, such as 'layer1/*'"),
            .list("--shape", "NAME=1x3x224x224", "shape of an input whose dimensions are open"),
            .value("--minutes", "M", "end the search then, and keep what was found (default 10)"),
            .flag("--again", "also search what was tuned before"),
            .flag("--json", "print JSON"),
        ],
        notes: [
            "A tile is how much of a layer one work-item, work-group and warp computes: no result depends on it, only time "
                + "does. Without tuning, presets are used. The search runs each layer's kernel with every tile that the "
                + "device allows, on random input: the preset's output must equal the cpu device's, and every other tile's "
                + "the preset's, bit for bit, before it is timed. The preset stays unless another is faster by more than "
                + "3 %, and by more than the timings vary. Times are the device's own, without copies; layers of equal "
                + "sizes are searched once.",
            "What is found is kept in a file beside the compiled programs (HONE_CACHE, default ~/.cache/hone), one for each "
                + "device and driver, and every later command uses it. A batch size or a sparsity that was not tuned gets "
                + "presets. Delete the file to go back to presets; 'hone inspect MODEL --plan --device opencl:N' shows "
                + "tuned layers. A search that was stopped goes on where it was.",
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        let path = arguments.positional[0]
        let device = try DeviceOption.parse(arguments)
        if device == .cpu || device == .reference {
            throw arguments.fail("option --device: \(device) has no tiles to tune; name an OpenCL device: opencl[:N]")
        }
        var settings = TuningSettings()
        settings.batches = try arguments.integers("--batch")
        settings.layers = arguments.value("--layers")
        settings.shapes = try ShapeOptions.parse(arguments)
        settings.isAgain = arguments.has("--again")
        if let minutes = try arguments.number("--minutes") {
            guard minutes > 0, minutes <= 1e6 else {
                throw arguments.fail("option --minutes needs a number above 0, not '\(minutes)'")
            }
            settings.minutes = minutes
        }
        let tuning = try Tuning(try Model(path: path), on: device, settings)
        let progress = ProgressBar("Tuning", total: tuning.candidateCount, unit: "tiles")
        defer { progress.abandon() }
        let report = try tuning.run { progress.advance(by: $0) }
        if tuning.candidateCount > 0 { progress.finish() }
        print(arguments.has("--json") ? report.json(model: path).serialized() : report.text)
    }
}
