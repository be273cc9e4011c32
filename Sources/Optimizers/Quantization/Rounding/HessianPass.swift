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

    private typealias Member = (candidate: Candidate, rows: LayerRows)

    /// Rounds what can be rounded better than to nearest, by the name of the layer's output.
    func round(
        _ candidates: [Candidate], of graph: Graph
    ) throws(HoneError) -> [String: (outcome: CompensatedRounding.Outcome, blocks: Int)] {
        let limit = blockLimit
        let groups = grouped(
            candidates.compactMap { candidate in LayerRows(candidate.layer, in: graph).map { (candidate, $0) } })
        var outcomes: [String: (CompensatedRounding.Outcome, Int)] = [:]
        for (number, group) in groups.enumerated() {
            let part = groups.count > 1 ? " (\(number + 1) of \(groups.count))" : ""
            let hessians = try collect(group, of: graph, limit, "Hessians\(part)")
            let total = zip(group, hessians).reduce(0) { sum, pair in
                pair.1.blocks.reduce(sum) {
                    $0 + CompensatedRounding.work(columns: $1.columns.count, outputs: pair.0.rows.outputsPerGroup)
                }
            }
            var done = 0
            for (candidate, hessian) in zip(group.map(\.candidate), hessians) {
                let outcome = CompensatedRounding.round(candidate.layer, hessian, nearest: candidate.nearest) { more in
                    done += more
                    data.tell(
                        "Rounding\(part)", "million products", done: (done + 999_999) / 1_000_000,
                        of: (total + 999_999) / 1_000_000)
                }
                guard let name = candidate.layer.node.outputs.first, let outcome else { continue }
                outcomes[name] = (outcome, hessian.blocks.count / hessian.rows.groups)
            }
        }
        return outcomes
    }

    /// Neighbouring layers whose Hessians fit into memory together, beside one factor.
    private func grouped(_ members: [Member]) -> [[Member]] {
        let limit = blockLimit
        let largest = members.map { min($0.rows.columns, limit) }.max() ?? 0
        let budget = byteLimit - CholeskyFactor.byteCount(largest)
        var groups: [[Member]] = []
        var bytes = 0
        for member in members {
            let size = LayerHessian.byteCount(member.rows, blockLimit: limit)
            if groups.isEmpty || bytes + size > budget {
                groups.append([])
                bytes = 0
            }
            groups[groups.count - 1].append(member)
            bytes += size
        }
        return groups
    }

    private func collect(
        _ group: [Member], of graph: Graph, _ blockLimit: Int, _ stage: String
    ) throws(HoneError) -> [LayerHessian] {
        var hessians = group.map { LayerHessian($0.rows, blockLimit: blockLimit) }
        var readers: [String: [Int]] = [:]
        for (index, member) in group.enumerated() {
            if let input = member.candidate.layer.node.input(0) { readers[input, default: []].append(index) }
        }
        let watched = try WatchedModel(graph, values: Set(readers.keys), on: backend, evaluator: evaluator)
        try data.forEach(limit: sampleLimit, in: graph, stage) { feed, samples, number throws(HoneError) in
            try watched.run(feed) { name, view throws(HoneError) in
                for index in readers[name] ?? [] {
                    try hessians[index].add(view, samples: samples, number: number)
                }
            }
        }
        return hessians
    }
}
