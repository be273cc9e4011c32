import ModelGraph
import ReferenceBackend
import Runtime
import Tensors

/// A model made ready on a device, whose runs and steps are timed.
final class StepTimer {
    private let session: Session
    private let feed: [String: Tensor]
    /// The names of the steps, in the order in which they run; those of one node may occur more than once.
    let names: [String]

    /// Plans and packs the model, and warms it up.
    ///
    /// - Parameters:
    ///   - shapes: of inputs with open dimensions beside the batch.
    /// - Throws: what making a session and running it throws.
    init(
        _ model: Model, on device: Device, threads: Int?, shapes: [String: [Int]]
    ) throws(HoneError) {
        feed = try model.randomFeed(try model.shapes(shapes, batch: model.fixedBatch ?? 1), seed: 1)
        var graph = model.graph
        try PassPipeline.execution.run(on: &graph, evaluator: ReferenceBackend())
        session = try Session(graph, backend: try device.backend(threads: threads), evaluator: ReferenceBackend())
        names = try session.stepTimes(feed).map(\.step.node.name)
        for _ in 0..<3 { _ = try session.run(feed) }
    }

    /// Milliseconds of one run, from the fed tensors to the returned ones.
    func run() throws(HoneError) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        _ = try session.run(feed)
        return (clock.now - start).inMilliseconds
    }

    /// Milliseconds of each step of one run, in the order of `names`.
    func steps() throws(HoneError) -> [Double] { try session.stepTimes(feed).map(\.milliseconds) }
}

/// Times models against one another in turns, so that drift of the machine's speed hits all of them alike.
enum InterleavedTimes {
    /// How many turns there are at least, whatever they take; the median of fewer says little.
    private static let leastTurns = 9

    /// Calls `turn` for as long as `seconds`, and `leastTurns` times at least.
    static func repeating(seconds: Double, _ turn: () throws(HoneError) -> Void) throws(HoneError) {
        let clock = ContinuousClock()
        let start = clock.now
        var turns = 0
        while turns < leastTurns || (clock.now - start).inMilliseconds < seconds * 1e3 {
            try turn()
            turns += 1
        }
    }

    /// The median of some timings, of which there is at least one.
    static func median(_ samples: [Double]) -> Double { LatencyStatistics(milliseconds: samples)?.median ?? 0 }

    /// How many times as fast the second of two models runs: the median over turns of the ratio within a turn.
    static func speedup(_ slow: StepTimer, _ fast: StepTimer, seconds: Double) throws(HoneError) -> Double {
        var ratios: [Double] = []
        try repeating(seconds: seconds) { () throws(HoneError) in
            // A run that is not timed comes first: the other model has had the caches.
            _ = try slow.run()
            let before = try slow.run()
            _ = try fast.run()
            ratios.append(before / max(try fast.run(), 1e-6))
        }
        return median(ratios)
    }
}
