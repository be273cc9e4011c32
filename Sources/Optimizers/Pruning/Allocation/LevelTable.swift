/// What every layer of a network costs and loses at each of some sparsities: what a budget is shared out by.
///
/// Costs are of any one kind, such as weights, multiply-accumulates or milliseconds. Losses add up over layers.
package struct LevelTable: Sendable, Hashable {
    /// One way to leave a layer.
    package struct Level: Sendable, Hashable {
        /// The share of its blocks that is zero, from 0 to 1.
        package let sparsity: Double
        /// At least 0, finite.
        package let cost: Double
        /// What the network loses; at least 0. A level whose loss is not finite is never chosen.
        package let loss: Double

        package init(sparsity: Double, cost: Double, loss: Double) {
            (self.sparsity, self.cost, self.loss) = (sparsity, cost, loss)
        }
    }

    /// A layer with its levels.
    package struct Layer: Sendable, Hashable {
        /// As `PrunableLayer` names it.
        package let name: String
        /// By rising sparsity, the first of them dense.
        package let levels: [Level]

        package init(name: String, levels: [Level]) {
            precondition(levels.first.map { $0.sparsity == 0 && $0.loss.isFinite } ?? false)
            precondition(levels.allSatisfy { $0.cost.isFinite && $0.cost >= 0 })
            precondition(zip(levels, levels.dropFirst()).allSatisfy { $0.sparsity < $1.sparsity })
            (self.name, self.levels) = (name, levels)
        }

        /// The dense level.
        package var dense: Level { levels[0] }
    }

    package let layers: [Layer]
    /// What the rest of the network costs, whatever becomes of these layers.
    package let fixedCost: Double

    package init(layers: [Layer], fixedCost: Double = 0) {
        precondition(fixedCost.isFinite && fixedCost >= 0)
        (self.layers, self.fixedCost) = (layers, fixedCost)
    }

    /// The levels that are measured where nobody asks for others: those of SPDY (Frantar and Alistarh 2022,
    /// arXiv 2201.13096) as far as blocks have sense for them.
    package static let sparsities = [0, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 0.9375]

    /// A table in which a layer's cost falls in proportion to its sparsity, as weights and multiply-accumulates do.
    ///
    /// - Parameters:
    ///   - layers: each with what it costs dense.
    ///   - losses: of each layer by name, one for each of `sparsities`; a layer that has none is left out.
    package init(
        proportional layers: [(name: String, cost: Double)], sparsities: [Double], losses: [String: [Double]]
    ) {
        self.init(
            layers: layers.compactMap { layer in
                losses[layer.name].map { losses in
                    precondition(losses.count == sparsities.count)
                    return Layer(
                        name: layer.name,
                        levels: zip(sparsities, losses).map { sparsity, loss in
                            Level(sparsity: sparsity, cost: layer.cost * (1 - sparsity), loss: loss)
                        })
                }
            })
    }

    /// What the network costs with all layers dense.
    package var denseCost: Double { layers.reduce(fixedCost) { $0 + $1.dense.cost } }

    /// What the network costs with each layer at its cheapest level.
    package var leastCost: Double {
        layers.reduce(fixedCost) { sum, layer in
            sum + (layer.levels.filter(\.loss.isFinite).map(\.cost).min() ?? layer.dense.cost)
        }
    }
}
