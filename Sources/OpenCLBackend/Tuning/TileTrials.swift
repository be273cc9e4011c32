import Tensors

/// Tries tiles on one step: each must give the preset's bits before it is timed; the fastest are then timed in turns.
struct TileTrials {
    /// What became of the tiles.
    struct Outcome {
        var presetMicroseconds: Double
        /// The preset, unless another is faster by more than noise.
        var tile: String
        var microseconds: Double
        /// Tiles that gave the right bits, the preset included.
        var timedCount = 1
        var refused: [TileSearch.Refusal] = []
    }

    private struct Entrant {
        let name: String
        let launches: [BoundLaunch]
        /// How often it runs for one timing.
        let repeats: Int
        var times: [Double]

        var best: Double { times.min() ?? .infinity }
        var median: Double { times.sorted()[times.count / 2] }
    }

    let memory: StepMemory
    let queue: CommandQueue

    /// A gain of less is noise.
    private static let leastGain = 0.03
    /// How many tiles are timed in turns with the preset, how often, and at least how often however long it takes.
    private static let finalists = 4
    private static let rounds = 15
    private static let leastRounds = 5
    private static let finalMicroseconds = 500_000.0
    /// The clock of some devices has steps of a microsecond: short launches are timed several at a time.
    private static let leastMicroseconds = 200.0
    private static let mostRepeats = 50

    /// - Parameters:
    ///   - preset: its launches, whose results were found right.
    ///   - expected: its results.
    ///   - others: names of the other tiles.
    ///   - make: builds and binds the launches of one.
    ///   - isOver: asked before each; the rest is left out then.
    ///   - advance: told after each.
    /// - Throws: `.deviceLost`, and what the preset throws.
    func run(
        preset: (name: String, launches: [BoundLaunch]), expected: [[UInt8]], others: [String],
        make: (String) throws(HoneError) -> [BoundLaunch], isOver: () -> Bool, advance: () -> Void
    ) throws(HoneError) -> Outcome {
        var entrants = [try entrant(preset.name, preset.launches)]
        var outcome = Outcome(
            presetMicroseconds: entrants[0].best, tile: preset.name, microseconds: entrants[0].best)
        for name in others where !isOver() {
            defer { advance() }
            do throws(HoneError) {
                let launches = try make(name)
                guard try memory.results(of: launches) == expected else {
                    outcome.refused.append(TileSearch.Refusal(tile: name, reason: "other bits than the preset's"))
                    continue
                }
                outcome.timedCount += 1
                entrants.append(try entrant(name, launches))
            } catch {
                // What one tile cannot do is no reason to give up; a device that is gone is.
                if error.code == .deviceLost { throw error }
                outcome.refused.append(TileSearch.Refusal(tile: name, reason: error.message))
                continue
            }
            // Packed weights of tiles that are out of the race go at once.
            if entrants.count > TileTrials.finalists + 1 {
                let slowest = entrants.indices.dropFirst().max { entrants[$0].best < entrants[$1].best }
                if let slowest { entrants.remove(at: slowest) }
            }
        }
        guard entrants.count > 1 else { return outcome }
        try takeTurns(&entrants)
        outcome.presetMicroseconds = entrants[0].median
        (outcome.tile, outcome.microseconds) = (preset.name, entrants[0].median)
        let threshold = entrants[0].median * (1 - max(TileTrials.leastGain, noise(entrants[0].times)))
        for entrant in entrants.dropFirst() where entrant.median < min(threshold, outcome.microseconds) {
            (outcome.tile, outcome.microseconds) = (entrant.name, entrant.median)
        }
        return outcome
    }

    private func takeTurns(_ entrants: inout [Entrant]) throws(HoneError) {
        let round = entrants.reduce(0) { $0 + $1.best * Double($1.repeats) }
        let wanted = round > 0 ? Int(min(TileTrials.finalMicroseconds / round, 1e6)) : TileTrials.rounds
        let rounds = min(max(wanted, TileTrials.leastRounds), TileTrials.rounds)
        for index in entrants.indices { entrants[index].times = [] }
        for _ in 0..<rounds {
            for index in entrants.indices { entrants[index].times.append(try microseconds(entrants[index])) }
        }
    }

    /// By how much the medians of every second timing of the same launches differ, as a share.
    private func noise(_ times: [Double]) -> Double {
        let halves = [0, 1].map { half in
            let some = times.indices.filter { $0 % 2 == half }.map { times[$0] }.sorted()
            return some[some.count / 2]
        }
        guard let least = halves.min(), let most = halves.max(), least > 0 else { return 0 }
        return most / least - 1
    }

    /// Timed three times, after a run that warms up.
    private func entrant(_ name: String, _ launches: [BoundLaunch]) throws(HoneError) -> Entrant {
        var entrant = Entrant(name: name, launches: launches, repeats: 1, times: [])
        let once = try microseconds(entrant)
        let repeats = min(
            max(Int((TileTrials.leastMicroseconds / max(once, 0.1)).rounded(.up)), 1), TileTrials.mostRepeats)
        entrant = Entrant(name: name, launches: launches, repeats: repeats, times: [])
        for _ in 0..<3 { entrant.times.append(try microseconds(entrant)) }
        return entrant
    }

    /// How long one run takes, by the device's clock: from the first start to the last end.
    private func microseconds(_ entrant: Entrant) throws(HoneError) -> Double {
        var first: LaunchEvent?
        var last: LaunchEvent?
        for _ in 0..<entrant.repeats {
            for launch in entrant.launches {
                guard let event = try queue.enqueueTimed(launch) else { continue }
                if first == nil { first = event }
                last = event
            }
        }
        try queue.finish()
        guard let first, let last else { return 0 }
        let (start, end) = (try first.interval().start, try last.interval().end)
        return Double(end > start ? end - start : 0) / 1e3 / Double(entrant.repeats)
    }
}
