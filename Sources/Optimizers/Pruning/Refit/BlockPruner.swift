import ModelGraph
import Runtime
import Tensors

/// Prunes blocks of weights in one go, without training: masks by score, and the kept weights fitted so that each layer gives
/// what it gave before, layer after layer behind the pruned ones.
///
/// Equal data in equal order make equal weights, whatever the number of threads or the size of batches.
package struct BlockPruner {
    let options: PruningOptions
    let backend: any Backend
    let evaluator: any OperatorEvaluator
    let data: RecipeData?

    /// - Parameter data: samples to score and to fit by; nil for magnitudes alone.
    package init(
        options: PruningOptions, backend: any Backend, evaluator: any OperatorEvaluator, data: RecipeData?
    ) {
        (self.options, self.backend, self.evaluator, self.data) = (options, backend, evaluator, data)
    }

    /// How many output positions of a sample count.
    private static let positionsPerSample = 64

    /// Prunes layers of a graph.
    ///
    /// - Parameters:
    ///   - graph: after the portable passes.
    ///   - sparsity: the share of blocks that becomes zero, by layer; layers that are not named stay dense.
    /// - Throws: `.invalidOption` for a name that no layer has, a share outside 0 to 1, or a pattern without blocks; what
    ///   reading the data and running the model throw.
    package func prune(_ graph: Graph, sparsity: [String: Double]) throws(HoneError) -> PruningResult {
        let candidates = graph.nodes.indices.compactMap { PruningCandidate($0, in: graph) }
        try check(sparsity, candidates)
        var result = PruningResult(graph: try reordered(graph, sparsity), layers: [])
        let layers = candidates.compactMap { if case .prunable(let layer) = $0 { layer } else { nil } }
        let pruned = layers.filter { sparsity[$0.name] ?? 0 > 0 }
        let (outcomes, sampleCount) = try prune(pruned, sparsity, &result.graph)
        result.sampleCount = sampleCount
        for candidate in candidates {
            switch candidate {
            case .dense(let name, let type, let shape, let reason):
                result.layers.append(
                    PrunedLayer(
                        name: name, operatorType: type, shape: shape, blocks: 0, keptBlocks: 0, asked: 0,
                        decision: .dense(reason)))
            case .prunable(let layer):
                let reason =
                    sparsity[layer.name] == nil
                    ? layer.reasonToStayDense(options.pattern) ?? "no sparsity was asked for"
                    : "a share of 0 was asked for"
                let grid = BlockGrid(layer, options.pattern)
                var entry = PrunedLayer(
                    name: layer.name, operatorType: layer.operatorType, shape: layer.weightShape, blocks: grid.count,
                    keptBlocks: grid.count, asked: sparsity[layer.name] ?? 0,
                    decision: outcomes[layer.index] == nil ? .dense(reason) : .pruned)
                if let outcome = outcomes[layer.index] {
                    entry.keptBlocks = outcome.mask.keptCount
                    (entry.errorMasked, entry.errorRefitted) = (outcome.errorMasked, outcome.errorRefitted)
                    entry.notes = outcome.notes
                }
                result.layers.append(entry)
            }
        }
        return result
    }

    /// The relative squared error of each layer's output at each of some sparsities, after the refit, all others dense: what
    /// the pruned layer makes of its original inputs, against the original. Without data, the share of the squared weights.
    ///
    /// - Parameter levels: shares of blocks; in any order.
    /// - Throws: as `prune`.
    package func losses(
        of graph: Graph, layers names: [String], levels: [Double]
    ) throws(HoneError) -> [String: [Double]] {
        let candidates = graph.nodes.indices.compactMap { PruningCandidate($0, in: graph) }
        for level in levels {
            try check(Dictionary(names.map { ($0, level) }, uniquingKeysWith: { $1 }), candidates)
        }
        let wanted = Set(names)
        let layers = PrunableLayer.all(in: graph).filter { wanted.contains($0.name) }
        var losses: [String: [Double]] = [:]
        var run = try run(graph, layers, hasPruned: false)
        for (number, layer) in layers.enumerated() {
            data?.tell("Measuring losses", "layers", done: number, of: layers.count)
            guard let matrix = LayerMatrix(layer, in: graph) else { continue }
            var moments = try fits(layer) ? run?.moments(of: layer) : nil
            moments?.setTargets(matrix)
            losses[layer.name] = LayerPruning(options: options).losses(
                matrix, BlockGrid(layer, options.pattern), levels: levels, moments: moments)
        }
        data?.tell("Measuring losses", "layers", done: layers.count, of: max(layers.count, 1))
        return losses
    }

    /// The graph with channels in the order that loses least, where nothing makes up for a mask (see `BlockPermutation`).
    private func reordered(_ graph: Graph, _ sparsity: [String: Double]) throws(HoneError) -> Graph {
        guard options.permutes, !options.refits, case .blocks(let outputs, let inputs) = options.pattern,
            outputs * inputs > 1
        else { return graph }
        return try BlockPermutation.permuted(
            graph, sparsity: sparsity, options: options, backend: backend, evaluator: evaluator, data: data
        ).graph
    }

    /// Prunes layers one after the other: what became of each, by its position, and how many samples counted.
    private func prune(
        _ layers: [PrunableLayer], _ sparsity: [String: Double], _ graph: inout Graph
    ) throws(HoneError) -> ([Int: LayerPruning.Outcome], Int) {
        var outcomes: [Int: LayerPruning.Outcome] = [:]
        guard !layers.isEmpty else { return ([:], 0) }
        let original = graph
        var run = try run(graph, layers, hasPruned: true)
        for (number, layer) in layers.enumerated() {
            data?.tell("Pruning", "layers", done: number, of: layers.count)
            guard let matrix = LayerMatrix(layer, in: original), let share = sparsity[layer.name] else { continue }
            let moments = try fits(layer) ? run?.moments(of: layer) : nil
            var outcome = LayerPruning(options: options).prune(
                matrix, BlockGrid(layer, options.pattern), sparsity: share, moments: moments)
            if data != nil, moments == nil {
                outcome.notes.append(
                    fits(layer)
                        ? "its values do not come sample by sample: magnitudes only"
                        : "its sums of products take more than half of the memory: magnitudes only")
            }
            if !outcome.matrix.write(to: &graph, layer, changesBias: outcome.errorRefitted != nil) {
                outcome.matrix = outcome.mask.masked(matrix)
                outcome.errorRefitted = nil
                outcome.notes.append("fitted weights are not finite in their type: masked only")
                _ = outcome.matrix.write(to: &graph, layer, changesBias: false)
            }
            outcomes[layer.index] = outcome
            run?.adopt(graph)
        }
        data?.tell("Pruning", "layers", done: layers.count, of: layers.count)
        return (outcomes, run?.sampleCount ?? 0)
    }

    /// Whether a layer's sums leave memory to run in.
    func fits(_ layer: PrunableLayer) -> Bool { LayerMoments.byteCount(layer) <= options.byteLimit / 2 }

    func run(
        _ graph: Graph, _ layers: [PrunableLayer], hasPruned: Bool
    ) throws(HoneError) -> MomentsRun? {
        guard let data, !layers.isEmpty else { return nil }
        let largest = layers.filter { fits($0) }.map { LayerMoments.byteCount($0) }.max() ?? 0
        return try MomentsRun(
            graph, layers: layers, hasPruned: hasPruned, positionLimit: BlockPruner.positionsPerSample,
            sampleLimit: options.sampleLimit, byteLimit: options.byteLimit - largest, data: data, backend: backend,
            evaluator: evaluator)
    }

    private func check(_ sparsity: [String: Double], _ candidates: [PruningCandidate]) throws(HoneError) {
        guard options.pattern != .channels else {
            throw HoneError(.invalidOption, "the pattern 'channel' has no blocks", remedy: "give one such as 16x4")
        }
        var known: Set<String> = []
        var reasons: [String: String] = [:]
        for candidate in candidates {
            switch candidate {
            case .prunable(let layer): known.insert(layer.name)
            case .dense(let name, _, _, let reason): reasons[name] = reason
            }
        }
        for (name, share) in sparsity.sorted(by: { $0.key < $1.key }) {
            guard known.contains(name) else {
                let reason = reasons[name].map { "cannot be pruned: \($0)" } ?? "does not exist"
                throw HoneError(
                    .invalidOption, "the layer '\(name)' \(reason)",
                    remedy: "layers that can be pruned are convolutions, Gemm and MatMul with constant weights")
            }
            guard share >= 0, share <= 1 else {
                throw HoneError(.invalidOption, "the sparsity of '\(name)' is \(share); it must be 0 to 1")
            }
        }
    }
}
