import Optimizers
import Tensors

/// Shares out sparsity so that a model runs a number of times as fast as its dense int8 form, by measuring what it builds.
package struct SpeedTarget {
    /// One try: what was asked of the table, and what the model then did.
    package struct Round: Sendable {
        /// Milliseconds that the table was asked for.
        package let budget: Double
        package let allocation: Allocation
        /// Over dense, measured on the whole model.
        package let speedup: Double
    }

    /// Over dense int8.
    package let speedup: Double
    /// How near a measured speed must come.
    package var tolerance = 0.03
    package var roundLimit = 3
    /// How long each round's model is timed.
    package var seconds = 1.0

    private let device: Device
    private let threads: Int?
    private let shapes: [String: [Int]]

    /// - Parameters:
    ///   - speedup: over dense int8, more than 1.
    ///   - shapes: of inputs with open dimensions beside the batch.
    /// - Throws: `.invalidOption` for a speed-up that is none.
    package init(
        _ speedup: Double, on device: Device, threads: Int?, shapes: [String: [Int]] = [:]
    ) throws(HoneError) {
        guard speedup.isFinite, speedup > 1 else {
            throw HoneError(
                .invalidOption, "a speed-up of \(speedup) makes nothing faster",
                remedy: "give a number above 1, such as 2")
        }
        (self.speedup, self.device, self.threads, self.shapes) = (speedup, device, threads, shapes)
    }

    /// Allocates, builds, measures, and corrects the budget by what the measurement missed, until it is within `tolerance`.
    ///
    /// - Parameters:
    ///   - table: with milliseconds for costs.
    ///   - start: the first budget, in milliseconds; nil for what the table promises the speed for.
    ///   - build: the int8 model with these sparsities by layer; the dense one for none.
    ///   - round: is told of each try.
    /// - Returns: the tries in order.
    /// - Throws: `.invalidOption` if even the highest level of every layer is too slow; what `build` and running throw.
    package func rounds(
        _ table: LevelTable, startingAt start: Double? = nil, build: ([String: Double]) throws(HoneError) -> Model,
        round: ((Round) -> Void)? = nil
    ) throws(HoneError) -> [Round] {
        let wanted = table.denseCost / speedup
        try check(table)
        let dense = try StepTimer(try build([:]), on: device, threads: threads, shapes: shapes)
        var budget = max(start ?? wanted, table.leastCost)
        var rounds: [Round] = []
        while rounds.count < roundLimit {
            guard let allocation = table.allocation(budget: budget) else { break }
            let pruned = try StepTimer(
                try build(allocation.sparsity), on: device, threads: threads, shapes: shapes)
            let measured = try InterleavedTimes.speedup(dense, pruned, seconds: seconds)
            let made = Round(budget: budget, allocation: allocation, speedup: measured)
            rounds.append(made)
            round?(made)
            if abs(measured / speedup - 1) <= tolerance { break }
            let corrected = max(table.leastCost, budget + wanted - table.denseCost / measured)
            if corrected == budget { break }
            budget = min(corrected, table.denseCost)
        }
        if let best = rounds.map(\.speedup).max(), best < speedup * (1 - SpeedTarget.reach), budget <= table.leastCost {
            throw outOfReach(best)
        }
        return rounds
    }

    /// - Throws: `.invalidOption` if a table says that even the highest level of every layer is too slow.
    package func check(_ table: LevelTable) throws(HoneError) {
        // A table is not exact: what it says to miss by a little may still be reached.
        guard table.leastCost <= table.denseCost / speedup * (1 + SpeedTarget.reach) else {
            throw outOfReach(table.denseCost / max(table.leastCost, 1e-9))
        }
    }

    /// The try that came nearest.
    package func nearest(_ rounds: [Round]) -> Round? {
        rounds.min { abs($0.speedup / speedup - 1) < abs($1.speedup / speedup - 1) }
    }

    /// What is near enough to have been reached.
    static let reach = 0.1

    private func outOfReach(_ best: Double) -> HoneError {
        let most = (best * 100).rounded(.down) / 100
        return HoneError(
            .invalidOption,
            "a speed-up of \(speedup) over dense int8 is out of reach on \(device): with every layer at its highest sparsity it is \(most)",
            remedy: "ask for less, or make the rest of the model cheaper, as with '--pattern channel'")
    }
}
