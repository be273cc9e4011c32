import Optimizers
import Tensors

/// What was found for a speed: a sparsity for each layer, and why.
package struct SpeedAllocation: Sendable {
    /// A row of the table that is shown.
    package struct Row: Sendable, Hashable {
        package let layer: String
        /// The share of its blocks that becomes zero.
        package let sparsity: Double
        /// Milliseconds of the layer's int8 kernel, dense and as chosen.
        package let before: Double
        package let after: Double
        /// What it costs the network's outputs with all other layers dense: the noise in them divided by their signal.
        package let loss: Double
        /// In words, why it is so.
        package let reason: String
    }

    /// Over dense int8, and the device that it was measured on.
    package let asked: Double
    package let device: String
    /// The tries in order, and the one that came nearest.
    package let rounds: [SpeedTarget.Round]
    package let chosen: SpeedTarget.Round
    /// The sum of the layers' losses as chosen.
    package let loss: Double
    /// Milliseconds of the dense int8 model, and what of it no sparsity changes.
    package let denseMilliseconds: Double
    package let restMilliseconds: Double
    /// In the graph's order.
    package let rows: [Row]
    /// The loss of the same sparsity in every layer that the table says to be as fast, and that sparsity; nil where none is.
    package let uniform: (sparsity: Double, loss: Double)?

    init(
        _ target: SpeedTarget, _ device: Device, _ rounds: [SpeedTarget.Round], _ chosen: SpeedTarget.Round,
        _ table: LevelTable
    ) {
        (asked, self.device) = (target.speedup, device.description)
        (self.rounds, self.chosen, loss) = (rounds, chosen, chosen.allocation.loss)
        (denseMilliseconds, restMilliseconds) = (table.denseCost, table.fixedCost)
        rows = zip(table.layers, chosen.allocation.choices).map { layer, choice in
            Row(
                layer: layer.name, sparsity: choice.sparsity, before: layer.dense.cost, after: choice.cost,
                loss: choice.loss, reason: SpeedAllocation.reason(layer, choice))
        }
        uniform = table.uniform(costing: chosen.allocation.cost).map { ($0, table.uniform($0).loss) }
    }

    private static func reason(_ layer: LevelTable.Layer, _ choice: Allocation.Choice) -> String {
        guard choice.sparsity == 0 else {
            return choice.cost < layer.dense.cost ? "gains more time than others at this loss" : "loses nothing"
        }
        return choice.getsCheaper ? "would lose more than others for the time it gains" : "not faster at any sparsity"
    }
}

extension LevelTable {
    /// The least sparsity that, given to every layer alike, costs no more than `budget`, to a thousandth; nil for none.
    package func uniform(costing budget: Double) -> Double? {
        (0..<1000).lazy.map { Double($0) / 1000 }.first { uniform($0).cost <= budget * (1 + 1e-9) }
    }
}
