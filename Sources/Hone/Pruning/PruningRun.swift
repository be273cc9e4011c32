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
    private let device: Device
    private let threads: Int?
    private let shapes: [String: [Int]]

    /// - Parameter shapes: of inputs with open dimensions beside the batch.
    /// - Throws: as `Model.pruned`.
    init(
        _ model: Model, _ settings: PruningSettings, data: RecipeData?, device: Device, threads: Int?,
        shapes: [String: [Int]]
    ) throws(HoneError) {
        (self.device, self.threads, self.shapes) = (device, threads, shapes)
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
                : try shareSearch(layers, pruner).sharing(share)
            for layer in layers where sparsity[layer.name] == nil {
                reasons[layer.name] = "other layers lose less"
            }
        case .layers(let shares):
            sparsity = try PruningShares(shares, in: graph).sparsity(of: layers)
            for layer in layers where sparsity[layer.name] == nil { reasons[layer.name] = "not asked for" }
        case .speedup(let factor):
            for layer in layers { reasons[layer.name] = layer.reasonToStayDense(options.pattern) }
            return try pruned(for: factor, layers.filter { reasons[$0.name] == nil }, pruner, reasons)
        case .macs(let fraction): return try withoutChannels(leaving: fraction)
        }
        let result = try pruner.prune(graph, sparsity: sparsity)
        try result.graph.validate()
        return PrunedModel(result, options.pattern, reasons: reasons)
    }

    /// The model without the channels that matter least: a smaller dense one.
    private func withoutChannels(leaving fraction: Double) throws(HoneError) -> PrunedModel {
        let pruner = ChannelPruner(options: options, backend: backend, evaluator: ReferenceBackend(), data: data)
        let result = try pruner.prune(
            graph, keepingMACs: fraction, multiple: settings.channelMultiple, excluded: excluded)
        try result.graph.validate()
        return PrunedModel(result, options.pattern, reasons: [:])
    }

    /// Whether layers may get different shares of a sparsity: N:M says itself how much.
    private var isShared: Bool {
        if case .share = options.pattern { false } else { true }
    }

    private func isExcluded(_ layer: PrunableLayer) -> Bool {
        excluded.nodes.contains(layer.name) || excluded.operators.contains(layer.operatorType)
    }

    private func shareSearch(_ layers: [PrunableLayer], _ pruner: BlockPruner) -> PruningShareSearch {
        PruningShareSearch(
            graph: graph, layers: layers, options: options, pruner: pruner, hasData: data != nil, shapes: shapes)
    }

    /// Pruned until it is as fast as that, measured on the device.
    private func pruned(
        for factor: Double, _ layers: [PrunableLayer], _ pruner: BlockPruner, _ given: [String: String]
    ) throws(HoneError) -> PrunedModel {
        let place = device == .automatic ? Device.chosenAutomatically() : device
        let target = try SpeedTarget(factor, on: place, threads: threads, shapes: shapes)
        let (result, allocation) = try shareSearch(layers, pruner).pruned(for: target, on: place, threads: threads)
        try result.graph.validate()
        var reasons = given
        for row in allocation.rows where row.sparsity == 0 { reasons[row.layer] = row.reason }
        var model = PrunedModel(result, options.pattern, reasons: reasons)
        model.speed = allocation
        return model
    }
}
