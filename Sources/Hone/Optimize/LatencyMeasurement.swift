import Tensors

/// Times several forms of a model on one device in short turns, so that drift of its speed hits all of them alike.
struct LatencyMeasurement {
    let device: Device
    let threads: Int
    /// How long each form is timed.
    let seconds: Double
    /// Shapes for inputs with open dimensions beside the batch.
    let shapes: [String: [Int]]

    /// A turn of one form; then, in the first turns, what its layers are timed for.
    private static let turnMilliseconds = 50.0
    private static let profiledMilliseconds = 10.0
    private static let profiledTurns = 20

    /// - Parameter done: called when a form has been timed for long enough.
    /// - Throws: what making a session or running it throws, as `.device`.
    func run(_ models: [Model], done: () -> Void) throws(HoneError) -> [BenchmarkResult] {
        var sessions: [BenchmarkSession] = []
        for model in models {
            let configuration = BenchmarkConfiguration(device: device, threads: threads, batch: model.fixedBatch ?? 1)
            sessions.append(try BenchmarkSession(configuration, shapes: shapes) { () throws(HoneError) in model })
        }
        var waiting = Set(sessions.indices)
        var turns = 0
        while !waiting.isEmpty {
            for index in sessions.indices where waiting.contains(index) {
                let session = sessions[index]
                _ = try session.time(.max, milliseconds: LatencyMeasurement.turnMilliseconds, isWarming: true)
                if turns < LatencyMeasurement.profiledTurns {
                    try session.profile(milliseconds: LatencyMeasurement.profiledMilliseconds)
                }
                if session.samples.reduce(0, +) >= seconds * 1e3 {
                    waiting.remove(index)
                    done()
                }
            }
            turns += 1
        }
        var results: [BenchmarkResult] = []
        for session in sessions {
            // Shares of a peak are in no report of this kind.
            if let result = try session.result(peaks: MeasuredPeaks(integerGops: 0, floatGops: 0)) {
                results.append(result)
            }
        }
        return results
    }

    /// The shapes to time inputs with that leave more open than the batch: those of a feed, a sample at a time.
    static func openShapes(_ model: Model, of feed: [String: Tensor]) -> [String: [Int]] {
        var shapes: [String: [Int]] = [:]
        for input in model.inputs {
            guard let fed = feed[input.name]?.shape, !fed.isEmpty,
                input.shape.map({ $0.dropFirst().contains(nil) }) ?? true
            else { continue }
            shapes[input.name] = [input.shape?.first.flatMap { $0 } ?? 1] + fed.dropFirst()
        }
        return shapes
    }
}
