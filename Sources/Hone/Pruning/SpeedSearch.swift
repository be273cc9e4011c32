import ModelGraph
import Optimizers
import Tensors

/// Finds how much of each layer to prune for a speed, by the times of int8 models with as many zeros.
package struct SpeedSearch {
    private let graph: Graph
    private let layers: [String]
    private let target: SpeedTarget
    private let device: Device
    private let threads: Int?
    private let shapes: [String: [Int]]
    private let masks: ([String: Double]) throws(HoneError) -> Graph

    /// - Parameters:
    ///   - graph: float, after the portable passes, with a name for each node.
    ///   - layers: names of those that may be pruned, in the graph's order.
    ///   - shapes: of inputs with open dimensions beside the batch.
    ///   - masks: gives the graph with these shares of each layer's blocks zero: as many as pruning will, and where does not
    ///     matter.
    package init(
        _ graph: Graph, layers: [String], _ target: SpeedTarget, on device: Device, threads: Int?,
        shapes: [String: [Int]], masks: @escaping ([String: Double]) throws(HoneError) -> Graph
    ) {
        (self.graph, self.layers, self.target, self.masks) = (graph, layers, target, masks)
        (self.device, self.threads, self.shapes) = (device, threads, shapes)
    }

    /// The int8 model with these shares of each layer's blocks zero.
    private func model(_ sparsity: [String: Double]) throws(HoneError) -> Model {
        try Int8StandIn(shapes: shapes).model(sparsity.isEmpty ? graph : try masks(sparsity))
    }

    /// What each layer takes at each sparsity.
    package func times(_ sparsities: [Double]) throws(HoneError) -> LayerTimes {
        try LayerTimes(layers, sparsities: sparsities, on: device, threads: threads, shapes: shapes) {
            sparsity throws(HoneError) in
            try model(
                sparsity == 0 ? [:] : Dictionary(layers.map { ($0, sparsity) }, uniquingKeysWith: { first, _ in first })
            )
        }
    }

    /// Prunes so that the whole model, measured, comes within a tenth of the target where it can: the budget is corrected on
    /// masks, which are made in a moment, and once more on what pruning made.
    ///
    /// - Parameters:
    ///   - losses: of a layer by name, one for each of the times' sparsities.
    ///   - prune: prunes the graph with these shares of each layer's blocks zero.
    /// - Throws: `.invalidOption` if the speed is out of reach; what `prune` and running throw.
    package func pruned(
        _ times: LayerTimes, losses: [String: [Double]],
        prune: ([String: Double]) throws(HoneError) -> PruningResult
    ) throws(HoneError) -> (result: PruningResult, allocation: SpeedAllocation) {
        let table = times.table(layers, losses: losses)
        let tries = try target.rounds(table) { sparsity throws(HoneError) in try model(sparsity) }
        var results: [[String: Double]: PruningResult] = [:]
        var last = target
        (last.tolerance, last.roundLimit) = (SpeedTarget.reach, 2)
        let rounds = try last.rounds(table, startingAt: target.nearest(tries)?.budget) { sparsity throws(HoneError) in
            guard !sparsity.isEmpty else { return try model([:]) }
            let result = try prune(sparsity)
            results[sparsity] = result
            return try Int8StandIn(shapes: shapes).model(result.graph)
        }
        guard let chosen = target.nearest(rounds) else {
            throw HoneError(
                .unsupported, "the model has no layer that sparsity makes faster on \(device)",
                remedy: "prune by --sparsity for a smaller file, or with '--pattern channel'")
        }
        let shares = chosen.allocation.sparsity
        let result = if let known = results[shares] { known } else { try prune(shares) }
        return (result, SpeedAllocation(target, device, tries + rounds, chosen, table))
    }

    /// How many times as fast a pruned graph's int8 form runs as the dense one's.
    package func speedup(of pruned: Graph, seconds: Double = 1) throws(HoneError) -> Double {
        let standIn = Int8StandIn(shapes: shapes)
        let dense = try StepTimer(try standIn.model(graph), on: device, threads: threads, shapes: shapes)
        let sparse = try StepTimer(try standIn.model(pruned), on: device, threads: threads, shapes: shapes)
        return try InterleavedTimes.speedup(dense, sparse, seconds: seconds)
    }
}
