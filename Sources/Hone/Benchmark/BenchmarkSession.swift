import CPUBackend
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors

/// A model made ready in one configuration, with the timings made so far.
package final class BenchmarkSession {
    package let configuration: BenchmarkConfiguration
    let session: Session
    let feed: [String: Tensor]
    private let loadMilliseconds: Double
    private let firstRunMilliseconds: Double
    private let memory: BenchmarkMemory
    private let layers: [LayerDescription]
    /// Milliseconds of every timed run.
    private(set) var samples: [Double] = []
    private var layerSamples: [[Double]]
    /// Of the arithmetic that most multiply-accumulates use, which `probeIsInteger` says.
    private let probe: PeakProbe?
    private let probeIsInteger: Bool
    /// For each run that is timed as a whole there its milliseconds and the peak of that moment, in 1e9 operations a second;
    /// and for each that is timed by layers the peak alone.
    private var wholeMoments: [(milliseconds: Double, peak: Double)] = []
    private var layerPeaks: [Double] = []

    /// Loads, plans and packs, runs once, and warms up.
    ///
    /// - Parameters:
    ///   - sparsity: the share of weight blocks that is made zero, which is not counted as loading; nil for none.
    ///   - load: reads the model. It is called here, and its model let go of, so that memory is what a session takes.
    /// - Throws: what loading, making a session and running it throws; `.invalidOption` for a batch that the model does not
    ///   take.
    init(
        _ configuration: BenchmarkConfiguration, shapes: [String: [Int]],
        sparsity: Double? = nil, load: () throws(HoneError) -> Model
    ) throws(HoneError) {
        self.configuration = configuration
        let clock = ContinuousClock()
        var start = clock.now
        var model = try load()
        var loading = clock.now - start
        if let sparsity { model = try model.zeroingBlocks(sparsity) }
        feed = try model.randomFeed(try model.shapes(shapes, batch: configuration.batch), seed: 1)
        start = clock.now
        try PassPipeline.execution.run(on: &model.graph, evaluator: ReferenceBackend())
        loading += clock.now - start
        // Before the session, which may let go of weights that kernels hold packed.
        let densities = try LayerDensities(model.graph)
        start = clock.now
        let backend = try configuration.device.backend(
            threads: configuration.threads, isa: configuration.isa, precision: configuration.precision)
        session = try Session(model.graph, backend: backend, evaluator: ReferenceBackend())
        model.graph = Graph()
        let plan = try session.plan(for: feed)
        loadMilliseconds = (loading + (clock.now - start)).inMilliseconds
        let loaded = ProcessMemory.current
        start = clock.now
        _ = try session.run(feed)
        firstRunMilliseconds = (clock.now - start).inMilliseconds
        memory = BenchmarkMemory(
            loaded: loaded, running: ProcessMemory.current, constantBytes: plan.constantByteCount,
            arenaBytes: plan.arenaByteCount, boundaryBytes: plan.boundaryByteCount)
        layers = try session.stepTimes(feed).map { LayerDescription($0.step, plan: plan, densities) }
        layerSamples = Array(repeating: [], count: layers.count)
        let integers = layers.reduce(0) { $0 + ($1.isInteger ? 1 : -1) * Double($1.multiplyAccumulateCount) }
        probeIsInteger = integers >= 0
        // A device's peak does not move with the processor's clock.
        probe =
            configuration.device.openCLIndex == nil
            ? PeakProbe(
                isInteger: probeIsInteger, isa: try configuration.instructionSet, threads: configuration.threads)
            : nil
        try warmUp()
    }

    /// Three runs, or what fits into a fifth of a second.
    private func warmUp() throws(HoneError) {
        let start = ContinuousClock.now
        for _ in 0..<3 where (ContinuousClock.now - start).inMilliseconds < 200 { _ = try session.run(feed) }
    }

    /// Times up to `count` runs, fewer if they take longer than `milliseconds` together, but one at least.
    ///
    /// - Parameter isWarming: whether a run that is not timed comes first: other models may have had the caches.
    package func time(_ count: Int, milliseconds limit: Double, isWarming: Bool) throws(HoneError) -> [Double] {
        if isWarming { _ = try session.run(feed) }
        let first = samples.count
        let clock = ContinuousClock()
        let begin = clock.now
        repeat {
            let start = clock.now
            _ = try session.run(feed)
            samples.append((clock.now - start).inMilliseconds)
        } while samples.count - first < count && (clock.now - begin).inMilliseconds < limit
        return Array(samples[first...])
    }

    /// Times one more run as a whole and one by layers, or as many as fit into `milliseconds`, each between two looks at the
    /// peak.
    package func profile(milliseconds limit: Double = 0) throws(HoneError) {
        let clock = ContinuousClock()
        let begin = clock.now
        var before = probe?.gops() ?? 0
        repeat {
            let start = clock.now
            _ = try session.run(feed)
            let milliseconds = (clock.now - start).inMilliseconds
            let between = probe?.gops() ?? 0
            let times = try session.stepTimes(feed)
            let after = probe?.gops() ?? 0
            if probe != nil {
                wholeMoments.append((milliseconds, (before + between) / 2))
                layerPeaks.append((between + after) / 2)
            }
            for (index, entry) in times.enumerated() where index < layerSamples.count {
                layerSamples[index].append(entry.milliseconds)
            }
            before = after
        } while (clock.now - begin).inMilliseconds < limit
    }

    /// What was measured so far; nil before the first timed run.
    func result(peaks: MeasuredPeaks) throws(HoneError) -> BenchmarkResult? {
        guard let latency = LatencyStatistics(milliseconds: samples) else { return nil }
        return BenchmarkResult(
            configuration: configuration, device: session.backend.name,
            isa: configuration.device == .cpu ? try configuration.instructionSet.rawValue : nil, latency: latency,
            loadMilliseconds: loadMilliseconds, firstRunMilliseconds: firstRunMilliseconds, memory: memory,
            peaks: peaks,
            layers: zip(layers, layerSamples).map {
                $0.timing($1, peaks: layerPeaks, isInteger: probeIsInteger)
            },
            moments: layers.allSatisfy { $0.isInteger == probeIsInteger || $0.multiplyAccumulateCount == 0 }
                ? wholeMoments : [])
    }
}

extension Model {
    /// The shapes to feed: those given, else the declared ones, with `batch` where the first dimension is open.
    ///
    /// - Throws: `.invalidOption` where the model, or a given shape, fixes another first dimension in every input.
    func shapes(_ given: [String: [Int]], batch: Int) throws(HoneError) -> [String: [Int]] {
        var shapes = try exampleShapes(given)
        var takesBatch = inputs.isEmpty
        for input in inputs {
            guard var shape = shapes[input.name], let first = shape.first else { continue }
            if input.shape?.first == .some(nil), given[input.name] == nil { shape[0] = batch }
            takesBatch = takesBatch || shape[0] == batch
            if shape[0] != first { shapes[input.name] = shape }
        }
        guard takesBatch else {
            let fixed = inputs.compactMap { shapes[$0.name]?.first }.map { "\($0)" }.joined(separator: ", ")
            throw HoneError(
                .invalidOption, "the model takes batches of \(fixed) only, not of \(batch)",
                remedy: "use a model whose first dimension is open")
        }
        return shapes
    }

    /// The batch that the model fixes; nil if the data decide.
    package var fixedBatch: Int? { inputs.first.flatMap { $0.shape?.first ?? nil } }
}
