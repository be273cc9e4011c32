extension OptimizationReport {
    /// How a candidate was pruned, and what became of each layer.
    package struct Pruning: Sendable {
        /// Which weights became zero together, for instance `16x4`.
        package var pattern: String
        /// What was asked for, in words, for instance `50 % of the blocks`.
        package var target: String
        /// Of the blocks of the layers that were pruned, the share that is zero, in percent; nil where none was pruned.
        package var sparsity: Double?
        /// Of all weights of convolutions and matrix products, the share of blocks that the kernels of the int8 model
        /// compute with, in percent; nil if it was not looked at.
        package var density: Double?
        /// In the model's order.
        package var layers: [PrunedLayer] = []

        package init(pattern: String, target: String, sparsity: Double?) {
            (self.pattern, self.target, self.sparsity) = (pattern, target, sparsity)
        }
    }

    /// What pruning made of one layer.
    package struct PrunedLayer: Sendable {
        /// The node's name; as the model has it, which may be anything.
        package var name: String
        package var operatorType: String
        /// Blocks of the pattern that hold anything but zeros, of those there are.
        package var keptBlocks: Int
        package var blocks: Int
        /// The share of blocks that were to become zero, in percent.
        package var asked: Double?
        /// The share of blocks that the kernels of the int8 model compute with, in percent, as measured in its weights; nil
        /// where there are no such blocks.
        package var density: Double?
        /// The squared error of the layer's output divided by the output's square: with zeros alone, and after the weights
        /// that are left made up for them; nil where it was not measured.
        package var errorMasked: Double?
        package var errorRefitted: Double?
        /// Of the step in the dense int8 model and in this one, in milliseconds; nil where it was not timed.
        package var denseMilliseconds: Double?
        package var milliseconds: Double?
        package var isPruned: Bool
        /// What was decided, and why.
        package var reason: String

        package init(
            name: String, operatorType: String, keptBlocks: Int, blocks: Int, isPruned: Bool, reason: String
        ) {
            (self.name, self.operatorType) = (name, operatorType)
            (self.keptBlocks, self.blocks) = (keptBlocks, blocks)
            (self.isPruned, self.reason) = (isPruned, reason)
        }
    }

    /// Whether a candidate holds the budget.
    package struct Margin: Sendable {
        package var holds: Bool
        /// By how many percentage points it loses more than is allowed; nil where it holds, and without labels.
        package var excessPoints: Double?
        /// The same in nats, for a budget in divergence.
        package var excessNats: Double?

        package init(holds: Bool, excessPoints: Double? = nil, excessNats: Double? = nil) {
            (self.holds, self.excessPoints, self.excessNats) = (holds, excessPoints, excessNats)
        }
    }

    /// Why a candidate is the result.
    package struct Choice: Sendable {
        /// What decided, in words.
        package var reason: String
        /// What candidates were timed on to decide; nil where latency did not decide.
        package var device: String?

        package init(reason: String, device: String? = nil) { (self.reason, self.device) = (reason, device) }
    }

    /// The chosen model on one device held against the reference, bit for bit.
    package struct Verification: Sendable {
        package var device: String
        package var sampleCount: Int
        /// Nodes that were held against the reference, on all samples together.
        package var nodeCount: Int
        /// Those that differ.
        package var differingCount: Int
        /// Whether all differences are within their bounds: float functions have one, integers have none.
        package var isWithinBounds: Bool

        package init(device: String, sampleCount: Int, nodeCount: Int, differingCount: Int, isWithinBounds: Bool) {
            (self.device, self.sampleCount) = (device, sampleCount)
            (self.nodeCount, self.differingCount) = (nodeCount, differingCount)
            self.isWithinBounds = isWithinBounds
        }
    }
}
