import ModelGraph

/// What became of a layer.
package struct PrunedLayer: Sendable {
    /// Why a layer has the density that it has.
    package enum Decision: Hashable, Sendable {
        case pruned
        /// It stays as it was, for this reason.
        case dense(String)
    }

    /// The node, as options name it (`Node.selectionName`).
    package let name: String
    package let operatorType: String
    /// The weight's shape before pruning, and after it: they differ where channels were removed.
    package let shapeBefore: [Int]
    package var shape: [Int]
    /// Blocks of the pattern that hold anything but zeros, of those there are.
    package var keptBlocks: Int
    package let blocks: Int
    /// The share of blocks that were to become zero.
    package var asked: Double
    /// The squared error of the layer's output divided by the output's square, over the data, with the original layer's
    /// output as the truth; nil without data. Masked only, and after the refit.
    package var errorMasked: Double?
    package var errorRefitted: Double?
    package var decision: Decision
    /// What was done otherwise than asked: a score that fell back on another, a refit left out.
    package var notes: [String] = []

    package init(
        name: String, operatorType: String, shape: [Int], blocks: Int, keptBlocks: Int, asked: Double,
        decision: Decision
    ) {
        (self.name, self.operatorType, self.shape, shapeBefore) = (name, operatorType, shape, shape)
        (self.blocks, self.keptBlocks, self.asked, self.decision) = (blocks, keptBlocks, asked, decision)
    }
}

/// A pruned graph and what became of each of its layers, in the graph's order.
package struct PruningResult: Sendable {
    package var graph: Graph
    package var layers: [PrunedLayer]
    /// How many samples counted: fewer than asked for where the values that wait would take more memory than they may.
    package var sampleCount = 0

    package init(graph: Graph, layers: [PrunedLayer]) { (self.graph, self.layers) = (graph, layers) }

    /// Of all blocks of layers that were pruned, the share that is zero.
    package var sparsity: Double {
        let pruned = layers.filter { $0.decision == .pruned }
        let blocks = pruned.reduce(0) { $0 + $1.blocks }
        return blocks == 0 ? 0 : 1 - Double(pruned.reduce(0) { $0 + $1.keptBlocks }) / Double(blocks)
    }
}
