import Datasets
import Distribution
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
        ] + launching)

    #if MPI
        private static let launching = [
            "'mpirun -n N hone calibrate ...' shares the samples among N processes; the first of them writes the same "
                + "record as one process would. Each uses its share of its machine's processors unless --threads says otherwise."
        ]
    #else
        private static let launching: [String] = []
    #endif

    static func run(_ arguments: ParsedArguments) async throws {
        let ranks = try Ranks.join()
        if !ranks.isFirst { Device.onNote { _ in } }
        let summary = try ranks.run { () throws -> () throws -> CalibrationSummary? in
            let output = try arguments.required("-o")
            guard arguments.has("--merge") else { return try calibration(arguments, output, ranks) }
            return { ranks.isFirst ? try merge(arguments, output) : nil }
        }
        guard let summary else { throw QuietExit(status: 0) }
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

    /// - Returns: what runs this rank's samples; on the first rank it writes the record of all ranks, and sums it up.
    private static func calibration(
        _ arguments: ParsedArguments, _ output: String, _ ranks: Ranks
    ) throws -> () throws -> CalibrationSummary? {
        guard let path = arguments.positional.first else {
            throw arguments.fail("expected one MODEL, or --merge with records")
        }
        let data = try arguments.required("--data")
        guard !isSameFile(output, path) else { throw arguments.fail("-o is the model itself; give another file") }
        var settings = QuantizationSettings()
        settings.excludedNodes = Set(arguments.values("--exclude"))
        let run = try CalibrationRun(arguments, on: ranks)
        // Calibration can take long: an output that cannot be written is found before it. The file made here goes at once.
        if ranks.isFirst { _ = try AtomicFile(replacing: output) }
        let model = try Model(path: path)
        let start = ContinuousClock.now
        let samples = try run.samples(for: model, data: data)
        return {
            let share = CalibrationShare(calibration: try run.calibrate(model, samples, settings))
            guard let calibration = try ranks.reduce(share)?.calibration else { return nil }
            try calibration.save(to: output)
            let ranksText = ranks.count > 1 ? ", on \(ranks.count) ranks" : ""
            return CalibrationSummary(
                calibration, source: path, output: output,
                data: "\(data), fed as \(run.preprocessing.formula)\(ranksText)",
                seconds: (ContinuousClock.now - start).inMilliseconds / 1e3)
        }
    }
}

/// What one rank saw.
private struct CalibrationShare: Reducible {
    var calibration: Calibration

    init(calibration: Calibration) { self.calibration = calibration }

    init(message: [UInt8]) throws(HoneError) { calibration = try Calibration(encoded: message) }

    var message: [UInt8] { calibration.encoded }

    mutating func reduce(_ other: CalibrationShare) throws(HoneError) {
        try calibration.merge(distinct: other.calibration)
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
    private let ranks: Ranks?

    /// - Parameter ranks: the processes that share the run; nil for a run of this process alone.
    /// - Throws: `UsageError` for an option without meaning.
    init(_ arguments: ParsedArguments, on ranks: Ranks? = nil) throws {
        self.ranks = ranks
        preprocessing = try DataOptions.parsePreprocessing(arguments)
        device = try DeviceOption.parse(arguments)
        threads = try arguments.integer("--threads") ?? ranks?.threads
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

    /// Opens the data, and says which samples this process runs, in batches.
    ///
    /// - Parameter part: the samples to run; nil for those that the options say.
    func samples(
        for model: Model, data: String, only part: [Range<Int>]? = nil
    ) throws -> (dataset: Dataset, batches: [Range<Int>]) {
        let dataset = try DataOptions.open(data, for: model, preprocessing)
        let all = try part ?? dataset.ranges(batch: batch, default: 8, limit: limit)
        let mine = shard?.part(of: all) ?? all[...]
        guard all.count >= shard?.count ?? 1 else {
            throw HoneError(
                .invalidInput, "there are fewer batches (\(all.count)) than shards", remedy: "use fewer shards",
                file: data)
        }
        guard let ranks, ranks.count > 1 else { return (dataset, Array(mine)) }
        let share = Shard(number: ranks.rank + 1, count: ranks.count)
        return (dataset, share.part(ofBatches: mine, unit: dataset.requiredBatchSize ?? 1))
    }

    /// Runs the samples, with a progress bar.
    ///
    /// - Parameter part: the samples to run; nil for those that the options say.
    func calibrate(
        _ model: Model, data: String, _ settings: QuantizationSettings, only part: [Range<Int>]? = nil
    ) throws -> Calibration {
        try calibrate(model, try samples(for: model, data: data, only: part), settings)
    }

    /// Runs the samples that `samples` gave, with a progress bar: on the first rank, of its own samples.
    func calibrate(
        _ model: Model, _ samples: (dataset: Dataset, batches: [Range<Int>]), _ settings: QuantizationSettings
    ) throws -> Calibration {
        var ranges = samples.batches.makeIterator()
        var waiting: [[String: Tensor]] = []
        let count = ranks?.count ?? 1
        let progress = ProgressBar(
            count > 1 ? "Calibrating, rank 0 of \(count)" : "Calibrating",
            total: samples.batches.reduce(0) { $0 + $1.count }, style: ranks?.isFirst ?? true ? .automatic : .silent)
        defer { progress.abandon() }
        let calibration = try model.calibrated(settings: settings, device: device, threads: threads) {
            if waiting.isEmpty, let range = ranges.next() {
                waiting = try samples.dataset.feeds(range).reversed()
                progress.advance(by: range.count)
            }
            return waiting.popLast()
        }
        progress.finish()
        return calibration
    }
}
