import ModelGraph
import Optimizers
import ReferenceBackend
import Tensors

/// Finds what share of each layer's blocks to make zero, from what the network's outputs lose.
struct PruningShareSearch {
    let graph: Graph
    /// Those that may be pruned, in the graph's order.
    let layers: [PrunableLayer]
    let options: PruningOptions
    let pruner: BlockPruner
    /// Whether the pruner sees samples.
    let hasData: Bool
    /// Of inputs with open dimensions beside the batch.
    let shapes: [String: [Int]]

    /// What measuring losses may compute, in multiply-accumulates, and how many samples it looks at within that.
    private static let work = 4e12
    private static let samples = 8...64

    private var names: [String] { layers.map(\.name) }

    /// What each layer costs the outputs at each of `LevelTable.sparsities`.
    func losses() throws(HoneError) -> [String: [Double]] {
        let summary = try? ModelSummary(Model(graph: graph), path: "", shapes: shapes)
        let run = Double(max(summary?.multiplyAccumulateCount ?? 1, 1))
        let affordable = PruningShareSearch.work / run / Double(max(1, layers.count * LevelTable.sparsities.count))
        let samples = PruningShareSearch.samples
        return try pruner.outputLosses(
            of: graph, layers: names, levels: LevelTable.sparsities,
            sampleLimit: Int(min(max(affordable, Double(samples.lowerBound)), Double(samples.upperBound))))
    }

    /// Shares that together make this share of all blocks zero, and lose least.
    ///
    /// - Throws: `.invalidOption` for more than the highest level of every layer; what measuring throws.
    func sharing(_ sparsity: Double) throws(HoneError) -> [String: Double] {
        let highest = LevelTable.sparsities.last ?? 0
        // Weights alone do not say what the network loses, and beyond what is measured there is nothing to choose.
        guard hasData, sparsity > 0, sparsity <= highest else {
            return Dictionary(names.map { ($0, sparsity) }) { first, _ in first }
        }
        let table = LevelTable(
            proportional: layers.map { ($0.name, Double($0.blockCount(options.pattern))) },
            sparsities: LevelTable.sparsities, losses: try losses())
        return table.allocation(budget: (1 - sparsity) * table.denseCost)?.sparsity ?? [:]
    }

    /// Prunes for a speed over dense int8, measured on a device.
    ///
    /// - Throws: `.invalidOption` if it is out of reach; what pruning and running throw.
    func pruned(
        for target: SpeedTarget, on device: Device, threads: Int?
    ) throws(HoneError) -> (result: PruningResult, allocation: SpeedAllocation) {
        // As many blocks as pruning with data makes zero, in a moment: magnitudes alone, no fits.
        var quick = options
        (quick.score, quick.refits, quick.permutes, quick.schedule) = (.magnitude, false, false, .constant)
        let masks = BlockPruner(
            options: quick, backend: try Device.cpu.backend(threads: threads), evaluator: ReferenceBackend(), data: nil)
        let search = SpeedSearch(
            graph, layers: names, target, on: device, threads: threads, shapes: shapes
        ) { sparsity throws(HoneError) in try masks.prune(graph, sparsity: sparsity).graph }
        // Times first: a speed that is out of reach is found before the data are read.
        let times = try search.times(LevelTable.sparsities)
        try target.check(times.table(names, losses: times.layers.mapValues { $0.map { _ in 0 } }))
        return try search.pruned(times, losses: try losses()) { sparsity throws(HoneError) in
            try pruner.prune(graph, sparsity: sparsity)
        }
    }
}
