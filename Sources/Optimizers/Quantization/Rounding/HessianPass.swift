import ModelGraph
import Runtime
import Tensors

/// Collects the Hessians of layers, as many at a time as memory allows, and rounds each group before the next is collected:
/// several passes over the data where they do not all fit.
struct HessianPass {
    let backend: any Backend
    let evaluator: any OperatorEvaluator
    let data: RecipeData
    /// How many samples, at most.
    let sampleLimit: Int
    /// How much the Hessians of a group, and the factor of one, may take together.
    let byteLimit: Int

    /// A layer with the numbers that its rounding starts from.
    struct Candidate {
        let layer: WeightedLayer
        let nearest: WeightQuantization
    }

    /// Columns of a block: at most `LayerHessian.columnLimit`, fewer where a block and its factor, twelve bytes an element,
    /// would not fit into the limit.
    var blockLimit: Int {
        max(64, min(LayerHessian.columnLimit, Int((Double(byteLimit) / 12).squareRoot())))
    }

    /// Rounds what can be rounded better than to nearest, by the name of the layer's output.
    func round(
        _ candidates: [Candidate], of graph: Graph
    ) throws(HoneError) -> [String: (outcome: CompensatedRounding.Outcome, blocks: Int)] {
        let limit = blockLimit
        var waiting: [(candidate: Candidate, rows: LayerRows)] = candidates.compactMap { candidate in
            LayerRows(candidate.layer, in: graph).map { (candidate, $0) }
        }
        let largest = waiting.map { min($0.rows.columns, limit) }.max() ?? 0
        let budget = byteLimit - 8 * largest * largest
        var outcomes: [String: (CompensatedRounding.Outcome, Int)] = [:]
        while !waiting.isEmpty {
            var group: [(candidate: Candidate, rows: LayerRows)] = []
            var bytes = 0
            while let next = waiting.first {
                let size = LayerHessian.byteCount(next.rows, blockLimit: limit)
                guard group.isEmpty || bytes + size <= budget else { break }
                bytes += size
                group.append(waiting.removeFirst())
            }
            for (candidate, hessian) in zip(group.map(\.candidate), try collect(group, of: graph, limit)) {
                guard let name = candidate.layer.node.outputs.first,
                    let outcome = CompensatedRounding.round(candidate.layer, hessian, nearest: candidate.nearest)
                else { continue }
                outcomes[name] = (outcome, hessian.blocks.count / hessian.rows.groups)
            }
        }
        return outcomes
    }

    private func collect(
        _ group: [(candidate: Candidate, rows: LayerRows)], of graph: Graph, _ blockLimit: Int
    ) throws(HoneError) -> [LayerHessian] {
        var hessians = group.map { LayerHessian($0.rows, blockLimit: blockLimit) }
        var readers: [String: [Int]] = [:]
        for (index, member) in group.enumerated() {
            if let input = member.candidate.layer.node.input(0) { readers[input, default: []].append(index) }
        }
        let watched = try WatchedModel(graph, values: Set(readers.keys), on: backend, evaluator: evaluator)
        try data.forEach(limit: sampleLimit, in: graph) { feed, samples, number throws(HoneError) in
            try watched.run(feed) { name, view throws(HoneError) in
                for index in readers[name] ?? [] {
                    try hessians[index].add(view, samples: samples, number: number)
                }
            }
        }
        return hessians
    }
}
