import ModelGraph
import Optimizers
import ReferenceBackend
import Runtime
import Tensors

/// The steps of a pruning: what may be pruned, how much of each, and then the pruning itself.
struct PruningRun {
    private let settings: PruningSettings
    private let options: PruningOptions
    private let graph: Graph
    private let excluded: NodeSelection
    private let data: RecipeData?
    private let backend: any Backend

    /// - Throws: as `Model.pruned`.
    init(
        _ model: Model, _ settings: PruningSettings, data: RecipeData?, device: Device, threads: Int?
    ) throws(HoneError) {
        self.settings = settings
        options = try settings.options()
        guard data != nil || !settings.needsData else {
            throw HoneError(
                .invalidOption, "pruning has to see data, and is given none",
                remedy: "give samples; only score magnitude without a refit needs none")
        }
        self.data = data
        backend = try device.backend(threads: threads)
        (graph, excluded) = try model.graphToPrune(settings)
    }

    func result() throws(HoneError) -> PrunedModel {
        let pruner = BlockPruner(options: options, backend: backend, evaluator: ReferenceBackend(), data: data)
        let candidates = PrunableLayer.all(in: graph)
        guard !candidates.isEmpty else {
            throw HoneError(
                .unsupported, "the model has no layer to prune",
                remedy: "there is something to prune in Conv, Gemm and MatMul with constant float weights")
        }
        var reasons: [String: String] = [:]
        for layer in candidates where isExcluded(layer) { reasons[layer.name] = "excluded" }
        var layers = candidates.filter { !isExcluded($0) }
        let sparsity: [String: Double]
        switch settings.target {
        case .sparsity(let share):
            for layer in layers { reasons[layer.name] = layer.reasonToStayDense(options.pattern) }
            layers = layers.filter { reasons[$0.name] == nil }
            sparsity =
                settings.isUniform || !isShared
                ? Dictionary(layers.map { ($0.name, share) }, uniquingKeysWith: { first, _ in first })
                : try allocated(share, layers, pruner)
            for layer in layers where sparsity[layer.name] == nil {
                reasons[layer.name] = "other layers lose less"
            }
        case .layers(let shares):
            sparsity = try PruningShares(shares, in: graph).sparsity(of: layers)
            for layer in layers where sparsity[layer.name] == nil { reasons[layer.name] = "not asked for" }
        case .macs, .speedup:
            throw HoneError(.unsupported, "this target cannot be reached by blocks")
        }
        let result = try pruner.prune(graph, sparsity: sparsity)
        try result.graph.validate()
        return PrunedModel(result, options.pattern, reasons: reasons)
    }

    /// Whether layers may get different shares of a sparsity: N:M says itself how much.
    private var isShared: Bool {
        if case .share = options.pattern { false } else { true }
    }

    private func isExcluded(_ layer: PrunableLayer) -> Bool {
        excluded.nodes.contains(layer.name) || excluded.operators.contains(layer.operatorType)
    }

    /// Shares of layers that keep as many blocks as the sparsity wants, and lose the least: from what each loses alone.
    private func allocated(
        _ share: Double, _ layers: [PrunableLayer], _ pruner: BlockPruner
    ) throws(HoneError) -> [String: Double] {
        guard share > 0, !layers.isEmpty else { return [:] }
        let losses = try pruner.losses(of: graph, layers: layers.map(\.name), levels: LevelTable.sparsities)
        let costs = layers.map { ($0.name, Double($0.blockCount(options.pattern))) }
        let table = LevelTable(proportional: costs, sparsities: LevelTable.sparsities, losses: losses)
        guard let allocation = table.allocation(budget: (1 - share) * table.denseCost) else {
            throw HoneError(
                .invalidOption, "no layer is pruned by more than \(LevelTable.sparsities.last ?? 0)",
                remedy: "ask for a lower sparsity, or for the same in every layer (--uniform)")
        }
        return allocation.sparsity
    }
}
