import Datasets
import Files
import Foundation
import Hone
import Reporting
import Tensors

/// `hone calibrate`: a float model and samples in, a calibration record out; or several records in, their sum out.
enum CalibrateCommand: Command {
    static let specification = CommandSpecification(
        name: "calibrate", summary: "Record the ranges of a float model's values, for quantize to choose from.",
        positional: ["[MODEL]"],
        options: [
            DataOptions.data,
            .value("--samples", "N", "use the first N samples (default 512)"),
            .value("--shard", "I/N", "run the I-th of N parts of the samples only, from 1/N to N/N"),
            .list("--merge", "FILE.cal", "records of shards to add up; takes no model and no data"),
            .list("--exclude", "NAME", "nodes that will stay in floating point: names, globs, or type:Conv"),
            .value("--batch", "N", "samples to run at a time (default 8; the record does not depend on it)"),
            .value("-o", "FILE.cal", "the file to write"),
            DeviceOption.device, DeviceOption.threads,
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "The record holds the extremes and a histogram of every value that quantize needs: it chooses ranges by any "
                + "method from it ('hone quantize MODEL --calibration FILE.cal'). Memory does not grow with the samples.",
            "Equal samples give equal records, byte for byte, whatever the batch, the threads, the order or the shards.",
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        let output = try arguments.required("-o")
        let summary = try arguments.has("--merge") ? merge(arguments, output) : calibrate(arguments, output)
        print(arguments.has("--json") ? summary.json.serialized() : summary.text)
    }

    private static func merge(_ arguments: ParsedArguments, _ output: String) throws -> CalibrationSummary {
        guard arguments.positional.isEmpty, !arguments.has("--data"), !arguments.has("--shard") else {
            throw arguments.fail("--merge adds up records: it takes no MODEL, no --data and no --shard")
        }
        let start = ContinuousClock.now
        let paths = arguments.values("--merge")
        var merged = try Calibration(path: paths[0])
        for path in paths.dropFirst() {
            do throws(HoneError) {
                try merged.merge(try Calibration(path: path))
            } catch {
                throw error.file == nil ? error.inFile(path) : error
            }
        }
        try merged.save(to: output)
        return CalibrationSummary(
            merged, source: "\(paths.count) records", output: output, data: nil,
            seconds: (ContinuousClock.now - start).inMilliseconds / 1e3)
    }

    private static func calibrate(_ arguments: ParsedArguments, _ output: String) throws -> CalibrationSummary {
        guard let path = arguments.positional.first else {
            throw arguments.fail("expected one MODEL, or --merge with records")
        }
        let data = try arguments.required("--data")
        guard !isSameFile(output, path) else { throw arguments.fail("-o is the model itself; give another file") }
        var settings = QuantizationSettings()
        settings.excludedNodes = Set(arguments.values("--exclude"))
        let run = try CalibrationRun(arguments)
        // Calibration can take long: an output that cannot be written is found before it. The file made here goes at once.
        _ = try AtomicFile(replacing: output)
        let model = try Model(path: path)
        let start = ContinuousClock.now
        let calibration = try run.calibrate(model, data: data, settings)
        try calibration.save(to: output)
        return CalibrationSummary(
            calibration, source: path, output: output, data: "\(data), fed as \(run.preprocessing.formula)",
            seconds: (ContinuousClock.now - start).inMilliseconds / 1e3)
    }
}

/// What the options of `calibrate` and `quantize` say about a run over samples.
struct CalibrationRun {
    let preprocessing: Preprocessing
    let device: Device
    let threads: Int?
    private let batch: Int?
    private let limit: Int
    private let shard: Shard?

    /// - Throws: `UsageError` for an option without meaning.
    init(_ arguments: ParsedArguments) throws {
        preprocessing = try DataOptions.parsePreprocessing(arguments)
        device = try DeviceOption.parse(arguments)
        threads = try arguments.integer("--threads")
        (batch, limit) = (try arguments.integer("--batch"), try arguments.integer("--samples") ?? 512)
        if let text = arguments.value("--shard") {
            guard let shard = Shard(text) else {
                throw arguments.fail("option --shard needs I/N, such as 1/4, not '\(text)'")
            }
            self.shard = shard
        } else {
            shard = nil
        }
    }

    /// The samples as a recipe reads them again, batch by batch; nil after the last.
    ///
    /// - Parameter part: as for `calibrate`.
    func batches(
        for model: Model, data: String, only part: [Range<Int>]?
    ) throws -> (_ index: Int) throws -> [String: Tensor]? {
        let dataset = try DataOptions.open(data, for: model, preprocessing)
        let ranges = try part ?? dataset.ranges(batch: batch, default: 8, limit: limit)
        return { index in index < ranges.count ? try dataset.batch(ranges[index]) : nil }
    }

    /// Runs the samples, with a progress bar.
    ///
    /// - Parameter part: the samples to run; nil for those that the options say.
    func calibrate(
        _ model: Model, data: String, _ settings: QuantizationSettings, only part: [Range<Int>]? = nil
    ) throws -> Calibration {
        let dataset = try DataOptions.open(data, for: model, preprocessing)
        let all = try part ?? dataset.ranges(batch: batch, default: 8, limit: limit)
        let mine = shard?.part(of: all) ?? all[...]
        guard all.count >= shard?.count ?? 1 else {
            throw HoneError(
                .invalidInput, "there are fewer batches (\(all.count)) than shards", remedy: "use fewer shards",
                file: data)
        }
        var ranges = mine.makeIterator()
        let progress = ProgressBar("Calibrating", total: mine.reduce(0) { $0 + $1.count })
        defer { progress.abandon() }
        let calibration = try model.calibrated(settings: settings, device: device, threads: threads) {
            guard let range = ranges.next() else { return nil }
            let feed = try dataset.batch(range)
            progress.advance(by: range.count)
            return feed
        }
        progress.finish()
        return calibration
    }
}
