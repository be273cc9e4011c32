import CPUBackend
import Runtime
import Tensors

/// Measures a model in several configurations, one after the other in short turns, so that drift of the machine's speed
/// hits all of them alike.
package final class Benchmark {
    package let sessions: [BenchmarkSession]
    private let settings: BenchmarkSettings
    private let peaks: PeakTable

    /// The longest turn of one configuration, and how many runs it holds at most.
    private static let turnMilliseconds = 50.0
    private static let turnRuns = 10
    /// Layers are timed in further turns, this many at most.
    private static let profiledTurns = 50
    private static let profiledMilliseconds = 15.0

    /// Reads the file for every configuration anew, so that each one's load and memory are its own.
    ///
    /// - Parameters:
    ///   - sparsity: the share of weight blocks that is made zero, nil for none.
    ///   - batches: samples at a time; nil for what the model fixes, else 1.
    ///   - configurations: those that are measured for one of them.
    package convenience init(
        path: String, sparsity: Double?, batches: [Int]?, _ settings: BenchmarkSettings, peaks: PeakTable,
        _ configurations: (_ batch: Int) -> [BenchmarkConfiguration]
    ) throws(HoneError) {
        let wanted: [Int]
        if let batches { wanted = batches } else { wanted = [try Model(path: path).fixedBatch ?? 1] }
        try self.init(wanted.flatMap(configurations), settings, peaks: peaks, sparsity: sparsity) {
            () throws(HoneError) in try Model(path: path)
        }
    }

    /// - Parameters:
    ///   - sparsity: the share of weight blocks that is made zero, in all but the first convolution; nil for none.
    ///   - load: makes the model, for every configuration anew.
    /// - Throws: `.checkFailed` if the outputs of a configuration are not those of `settings.verification`.
    package init(
        _ configurations: [BenchmarkConfiguration], _ settings: BenchmarkSettings, peaks: PeakTable,
        sparsity: Double? = nil, load: () throws(HoneError) -> Model
    ) throws(HoneError) {
        self.settings = settings
        self.peaks = peaks
        var sessions: [BenchmarkSession] = []
        for configuration in configurations {
            sessions.append(
                try BenchmarkSession(configuration, shapes: settings.shapes, sparsity: sparsity, load: load))
        }
        self.sessions = sessions
        if let device = settings.verification {
            var model = try load()
            if let sparsity { model = try model.zeroingBlocks(sparsity) }
            try verify(model, against: device)
        }
    }

    /// Compares what every configuration computes with another device, bit for bit.
    private func verify(_ model: Model, against device: Device) throws(HoneError) {
        let judge = try model.session(on: device)
        for timed in sessions where timed.configuration.device != device {
            let expected = try judge.run(timed.feed)
            let found = try timed.session.run(timed.feed)
            for (name, tensor) in expected where found[name] != tensor {
                throw HoneError(
                    .checkFailed,
                    "batch \(timed.configuration.batch): output '\(name)' on \(timed.configuration.device) is not that of \(device)",
                    remedy: "hone verify names the first node that differs; it can be timed nevertheless")
            }
        }
    }

    /// Takes turns until every configuration has its runs.
    package func run() throws(HoneError) {
        try measurePeaks()
        let isWarming = sessions.count > 1
        var rounds = 0
        var isDone = false
        while !isDone {
            isDone = true
            for session in sessions where !hasEnough(session) {
                let left = settings.runs.map { $0 - session.samples.count } ?? Benchmark.turnRuns
                _ = try session.time(
                    min(left, Benchmark.turnRuns), milliseconds: Benchmark.turnMilliseconds, isWarming: isWarming)
                if rounds < Benchmark.profiledTurns {
                    try session.profile(milliseconds: Benchmark.profiledMilliseconds)
                }
                isDone = isDone && hasEnough(session)
            }
            rounds += 1
        }
        try measurePeaks()
    }

    private func hasEnough(_ session: BenchmarkSession) -> Bool {
        if let runs = settings.runs { return session.samples.count >= runs }
        return session.samples.reduce(0, +) >= settings.seconds * 1e3
    }

    /// Measures the peaks that these configurations are held against once more.
    package func measurePeaks() throws(HoneError) { try peaks.measure(sessions.map(\.configuration)) }

    /// The results so far, in the order of the configurations.
    package func results() throws(HoneError) -> [BenchmarkResult] {
        var results: [BenchmarkResult] = []
        for session in sessions {
            let peaks = try peaks.peaks(session.configuration)
            if let result = try session.result(peaks: peaks) { results.append(result) }
        }
        return results
    }
}
