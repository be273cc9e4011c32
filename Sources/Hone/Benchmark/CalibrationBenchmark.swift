import ModelGraph
import Optimizers
import ReferenceBackend
import Runtime
import Tensors

/// Times calibration, which is forward passes of the float model with the ranges and histograms of the values that the
/// quantizer asks for, beside the forward passes alone.
package final class CalibrationBenchmark {
    private var sessions: [TimedCalibration] = []
    private let settings: BenchmarkSettings

    /// - Parameters:
    ///   - configurations: the models are made ready one after the other.
    ///   - load: makes the float model, for every configuration anew.
    /// - Throws: `.unsupported` for a model that is quantized already.
    package init(
        _ configurations: [BenchmarkConfiguration], _ settings: BenchmarkSettings, load: () throws(HoneError) -> Model
    ) throws(HoneError) {
        self.settings = settings
        for configuration in configurations {
            sessions.append(try TimedCalibration(configuration, try load(), settings.shapes))
        }
    }

    /// Lets configurations take turns until each has its runs of both kinds, three at least.
    package func run() throws(HoneError) -> [CalibrationResult] {
        while let next = sessions.filter({ !hasEnough($0) }).min(by: { $0.total < $1.total }) { try next.time() }
        return sessions.compactMap(\.result)
    }

    private func hasEnough(_ session: TimedCalibration) -> Bool {
        if let runs = settings.runs { return session.runs >= runs }
        return session.runs >= 3 && session.total >= settings.seconds * 1e3
    }
}

/// What was measured of one configuration.
package struct CalibrationResult: Sendable {
    package let configuration: BenchmarkConfiguration
    /// The device's own name.
    package let device: String
    /// Batches that were run and not looked at.
    package let forward: LatencyStatistics
    /// Batches that calibration took in.
    package let calibration: LatencyStatistics
    /// How many values are watched, and the bytes of all of them in one batch.
    package let valueCount: Int
    package let valueByteCount: Int

    /// At the medians.
    package var forwardImagesPerSecond: Double { Double(configuration.batch) / forward.median * 1e3 }
    package var imagesPerSecond: Double { Double(configuration.batch) / calibration.median * 1e3 }
}

/// A float model made ready in one configuration, with the timings made so far.
private final class TimedCalibration {
    private let configuration: BenchmarkConfiguration
    /// The model as it runs where nobody watches.
    private let session: Session
    private let feed: [String: Tensor]
    private var calibrator: Calibrator
    private var forward: [Double] = []
    private var calibration: [Double] = []
    private let valueCount: Int
    private let valueByteCount: Int

    var runs: Int { calibration.count }
    var total: Double { calibration.reduce(0, +) }

    init(
        _ configuration: BenchmarkConfiguration, _ model: Model, _ shapes: [String: [Int]]
    ) throws(HoneError) {
        self.configuration = configuration
        feed = try model.randomFeed(try model.shapes(shapes, batch: configuration.batch), seed: 1)
        let backend = try configuration.device.backend(threads: configuration.threads, isa: configuration.isa)
        let watching = try model.calibrator(
            QuantizationSettings(), on: backend, threads: configuration.threads)
        calibrator = watching.calibrator
        var graph = model.graph
        try PassPipeline.execution.run(on: &graph, evaluator: ReferenceBackend())
        session = try Session(graph, backend: backend, evaluator: ReferenceBackend())
        let (values, plan) = (watching.values, try watching.session.plan(for: feed))
        let watched = plan.values.filter { values.contains($0.name) }
        valueCount = Set(watched.map(\.name)).count
        valueByteCount = Dictionary(watched.map { ($0.name, $0.type.byteCount) }, uniquingKeysWith: max)
            .values.reduce(0, +)
        // Both once before they are timed: programs are built, memory is touched.
        _ = try session.run(feed)
        try calibrator.add(feed)
    }

    /// One batch of each kind.
    func time() throws(HoneError) {
        let clock = ContinuousClock()
        var start = clock.now
        _ = try session.run(feed)
        forward.append((clock.now - start).inMilliseconds)
        start = clock.now
        try calibrator.add(feed)
        calibration.append((clock.now - start).inMilliseconds)
    }

    var result: CalibrationResult? {
        guard let forward = LatencyStatistics(milliseconds: forward),
            let calibration = LatencyStatistics(milliseconds: calibration)
        else { return nil }
        return CalibrationResult(
            configuration: configuration, device: session.backend.name, forward: forward, calibration: calibration,
            valueCount: valueCount, valueByteCount: valueByteCount)
    }
}
