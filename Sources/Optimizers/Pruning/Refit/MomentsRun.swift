import ModelGraph
import Runtime
import Tensors

/// The original graph and the pruned one on their way through all samples, from layer to layer: each layer's inputs come from
/// the pruned prefix, and what it is to make of them from the original.
struct MomentsRun {
    private var original: SegmentedRun
    /// Nil where inputs are the original's, too.
    private var pruned: SegmentedRun?
    private let graph: Graph
    private let residuals: ResidualTarget
    private let positionLimit: Int

    var sampleCount: Int { original.sampleCount }

    /// Reads the samples.
    ///
    /// - Parameters:
    ///   - layers: those whose moments will be asked for, in order.
    ///   - hasPruned: whether there is a pruned prefix.
    ///   - byteLimit: what values may take that wait for later layers; fewer samples are read where they take more.
    init(
        _ graph: Graph, layers: [PrunableLayer], hasPruned: Bool, positionLimit: Int, sampleLimit: Int, byteLimit: Int,
        data: RecipeData, backend: any Backend, evaluator: any OperatorEvaluator
    ) throws(HoneError) {
        (self.graph, self.positionLimit) = (graph, positionLimit)
        residuals = ResidualTarget(graph)
        let simulated = try SimulatedGraph(graph)
        let cuts = layers.flatMap { [$0.index - 1, $0.index] }.filter { $0 >= 0 }
        let limit = try SegmentedRun.affordableSamples(
            simulated, cuts: cuts, data: data, limit: sampleLimit, byteLimit: byteLimit / (hasPruned ? 2 : 1),
            backend: backend, evaluator: evaluator)
        var run = SegmentedRun(simulated, backend: backend, evaluator: evaluator)
        try data.forEach(limit: limit, in: graph, "Reading samples") { feed, samples, _ throws(HoneError) in
            run.add(feed.mapValues { $0.inComputeType() }, samples: samples)
        }
        original = run
        pruned = hasPruned ? run : nil
    }

    /// The moments of a layer that comes after those that were asked for before; nil if its values are no floats.
    ///
    /// With a pruned prefix the targets are the original's outputs, else none are set.
    mutating func moments(of layer: PrunableLayer) throws(HoneError) -> LayerMoments? {
        guard let weighted = WeightedLayer(layer.index, in: graph, perTensor: true),
            let rows = LayerRows(weighted, in: graph, positionLimit: positionLimit),
            let input = weighted.node.input(0), let output = weighted.node.outputs.first
        else { return nil }
        var moments = LayerMoments(rows, hasTargets: pruned != nil)
        if pruned == nil {
            try original.advance(to: layer.index - 1)
        } else {
            try original.advance(to: layer.index)
            try pruned?.advance(to: layer.index - 1)
        }
        for batch in 0..<original.batchCount {
            var targets: [Tensor] = []
            if let pruned {
                guard let made = original.value(output, batch: batch), made.elementType == .float32 else { return nil }
                targets = [made]
                if let partner = residuals.partners[layer.index], let before = original.value(partner, batch: batch),
                    let now = pruned.value(partner, batch: batch), before.type == made.type, now.type == made.type
                {
                    targets += [before, now]
                }
            }
            guard let value = (pruned ?? original).value(input, batch: batch), value.elementType == .float32 else {
                return nil
            }
            let samples = original.sampleCount(batch: batch)
            try moments.add(value, targets: targets, samples: samples, number: original.sampleNumber(batch: batch))
        }
        return moments
    }

    /// Goes on with a pruned layer.
    mutating func adopt(_ graph: Graph) { pruned?.adopt(graph) }
}
