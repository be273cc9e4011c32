import ModelGraph
import Optimizers
import Tensors

/// A pruned model with what happened to each of its layers.
public struct PrunedModel: Sendable {
    /// What became of one layer.
    public struct Layer: Sendable {
        /// The node's name.
        public let name: String
        /// Its operator.
        public let operatorType: String
        /// The weight's shape before pruning.
        public let shapeBefore: [Int]
        /// And after it: another one where channels were taken out.
        public let shape: [Int]
        /// Blocks of the pattern.
        public let blocks: Int
        /// Those of them that hold anything but zeros.
        public let keptBlocks: Int
        /// The share of blocks that were to become zero.
        public let asked: Double
        /// The squared error of the layer's output divided by the output's square, over the data, with the original layer's
        /// output as the truth, before weights are fitted; nil without data.
        public let errorMasked: Double?
        /// The same with fitted weights; nil without a refit.
        public let errorRefitted: Double?
        /// Whether it was pruned.
        public let isPruned: Bool
        /// Why it was not; empty where it was.
        public let reason: String

        /// The share of blocks that are zero; 0 where there are none.
        public var sparsity: Double { blocks == 0 ? 0 : 1 - Double(keptBlocks) / Double(blocks) }

        init(_ layer: PrunedLayer, reason given: String?) {
            (name, operatorType) = (layer.name, layer.operatorType)
            (shapeBefore, shape) = (layer.shapeBefore, layer.shape)
            (blocks, keptBlocks, asked) = (layer.blocks, layer.keptBlocks, layer.asked)
            (errorMasked, errorRefitted) = (layer.errorMasked, layer.errorRefitted)
            switch layer.decision {
            case .pruned: (isPruned, reason) = (true, "")
            case .dense(let why): (isPruned, reason) = (false, given ?? why)
            }
        }
    }

    /// The pruned model: float, with the names and types of the original's inputs and outputs.
    public let model: Model
    /// The layers that can be pruned, in the graph's order.
    public let layers: [Layer]
    /// As options write it.
    public let pattern: String
    /// Of all blocks of layers that were pruned, the share that is zero.
    public let sparsity: Double
    /// What a reader of the result should know.
    public internal(set) var notes: [String] = []

    /// How a speed was reached; nil unless one was the target.
    package internal(set) var speed: SpeedAllocation?

    /// - Parameter reasons: why layers stay dense, by name, where that is not for the optimizer to say.
    init(_ result: PruningResult, _ pattern: PruningPattern, reasons: [String: String]) {
        layers = result.layers.map { Layer($0, reason: reasons[$0.name]) }
        sparsity = result.sparsity
        self.pattern = pattern.description
        let pruned = layers.filter(\.isPruned)
        var graph = result.graph
        PruningMetadata(
            pattern: pattern, density: 1 - result.sparsity, layers: pruned.map { ($0.name, 1 - $0.sparsity) }
        ).write(into: &graph)
        model = Model(graph: graph)
    }

    /// Of the blocks of all layers that can be pruned, pruned or not, the share that is zero.
    public var totalSparsity: Double {
        let blocks = layers.reduce(0) { $0 + $1.blocks }
        return blocks == 0 ? 0 : 1 - Double(layers.reduce(0) { $0 + $1.keptBlocks }) / Double(blocks)
    }
}
