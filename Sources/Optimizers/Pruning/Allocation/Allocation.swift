/// A sparsity for each layer of a table.
package struct Allocation: Sendable, Hashable {
    /// What is chosen for one layer.
    package struct Choice: Sendable, Hashable {
        package let name: String
        /// The share of blocks to make zero; 0 leaves the layer dense.
        package var sparsity: Double
        /// What the table says that the layer costs then, and loses.
        package var cost: Double
        package var loss: Double
        /// Whether any level of it costs less than dense.
        package let getsCheaper: Bool
    }

    /// In the table's order.
    package internal(set) var choices: [Choice]
    /// Of the whole network, with what is fixed.
    package internal(set) var cost: Double

    /// The sum over layers.
    package var loss: Double { choices.reduce(0) { $0 + $1.loss } }

    /// By layer, those that stay dense left out. Of layers with one name the least holds: they are pruned alike.
    package var sparsity: [String: Double] {
        Dictionary(choices.map { ($0.name, $0.sparsity) }, uniquingKeysWith: min).filter { $0.value > 0 }
    }
}

extension LevelTable {
    /// How many equal parts the budget is counted in.
    package static let cellCount = 10_000

    /// The levels of least loss whose costs keep within a budget.
    ///
    /// Dynamic programming over layers and cells of the budget, as SPDY does (Frantar and Alistarh 2022, arXiv 2201.13096,
    /// section 3.2): the best among all whose costs, each rounded up to whole cells, keep within it. A cell is a part of
    /// what the budget leaves beyond the cheapest levels, so that rounding is small against what there is to choose. Of equal
    /// losses the cheaper and then the less sparse wins, the first layers before the last: the same on every machine.
    ///
    /// - Parameter budget: in the unit of the costs, for the whole network.
    /// - Returns: nil if even the cheapest levels exceed the budget.
    package func levels(budget: Double, cells: Int = LevelTable.cellCount) -> [Int]? {
        precondition(cells > 0 && cells < Int(Int32.max))
        let spare = budget - leastCost
        // A budget of exactly the least, added up in another order.
        guard spare >= -1e-9 * max(1, denseCost) else { return nil }
        let costs = layers.map { cellCosts($0, cell: max(spare, 0) / Double(cells), cells: cells) }
        var losses = [Double](repeating: .infinity, count: cells + 1)
        losses[0] = 0
        var chosen: [[UInt8]] = []
        for (layer, costs) in zip(layers, costs) {
            var next = [Double](repeating: .infinity, count: cells + 1)
            var choice = [UInt8](repeating: 0, count: cells + 1)
            for (index, level) in layer.levels.enumerated() {
                guard let cost = costs[index] else { continue }
                for cell in cost...cells where losses[cell - cost] + level.loss < next[cell] {
                    next[cell] = losses[cell - cost] + level.loss
                    choice[cell] = UInt8(index)
                }
            }
            losses = next
            chosen.append(choice)
        }
        guard let least = losses.min(), var cell = losses.firstIndex(of: least), least.isFinite else { return nil }
        var result = [Int](repeating: 0, count: layers.count)
        for index in layers.indices.reversed() {
            result[index] = Int(chosen[index][cell])
            cell -= costs[index][result[index]] ?? 0
        }
        return result
    }

    /// What each level of a layer costs beyond its cheapest one, in cells; nil for one that cannot be chosen.
    private func cellCosts(_ layer: Layer, cell: Double, cells: Int) -> [Int?] {
        precondition(layer.levels.count <= Int(UInt8.max))
        let usable = layer.levels.filter(\.loss.isFinite)
        let least = usable.map(\.cost).min() ?? 0
        return layer.levels.map { level in
            guard level.loss.isFinite else { return nil }
            let beyond = level.cost - least
            if beyond == 0 { return 0 }
            // Differences of costs carry rounding errors, which must not take a cell of their own.
            let count = (beyond / cell - 1e-6).rounded(.up)
            return count <= Double(cells) ? Int(max(count, 0)) : nil
        }
    }

    /// The sparsities of least loss whose costs keep within a budget: the best levels, and then what they leave of the budget
    /// spent on the one layer where it saves most, between two of its levels, cost and loss taken as linear there.
    ///
    /// - Returns: nil if even the cheapest levels exceed the budget.
    package func allocation(budget: Double) -> Allocation? {
        guard let levels = levels(budget: budget) else { return nil }
        var allocation = allocation(levels)
        let spare = budget - allocation.cost
        var best: (index: Int, share: Double, saved: Double)?
        for (index, (layer, level)) in zip(layers, levels).enumerated() where spare > 0 && level > 0 {
            let (now, before) = (layer.levels[level], layer.levels[level - 1])
            guard before.cost > now.cost, before.loss.isFinite else { continue }
            let share = min(1, spare / (before.cost - now.cost))
            let saved = share * (now.loss - before.loss)
            if saved > best?.saved ?? 0 { best = (index, share, saved) }
        }
        if let best {
            let layer = layers[best.index].levels
            let (now, before) = (layer[levels[best.index]], layer[levels[best.index] - 1])
            allocation.choices[best.index].sparsity -= best.share * (now.sparsity - before.sparsity)
            allocation.choices[best.index].cost += best.share * (before.cost - now.cost)
            allocation.choices[best.index].loss -= best.saved
            allocation.cost += best.share * (before.cost - now.cost)
        }
        return allocation
    }

    /// One level for each layer, as an allocation.
    func allocation(_ levels: [Int]) -> Allocation {
        let choices = zip(layers, levels).map { layer, index in
            let level = layer.levels[index]
            return Allocation.Choice(
                name: layer.name, sparsity: level.sparsity, cost: level.cost, loss: level.loss,
                getsCheaper: layer.levels.contains { $0.cost < layer.dense.cost })
        }
        return Allocation(choices: choices, cost: choices.reduce(fixedCost) { $0 + $1.cost })
    }

    /// The allocation that gives every layer the same sparsity, with cost and loss between measured levels taken as linear;
    /// past the last level, those of the last.
    package func uniform(_ sparsity: Double) -> Allocation {
        let choices = layers.map { layer in
            let level = layer.interpolated(sparsity)
            return Allocation.Choice(
                name: layer.name, sparsity: level.sparsity, cost: level.cost, loss: level.loss,
                getsCheaper: layer.levels.contains { $0.cost < layer.dense.cost })
        }
        return Allocation(choices: choices, cost: choices.reduce(fixedCost) { $0 + $1.cost })
    }
}

extension LevelTable.Layer {
    /// A level between those that are known.
    fileprivate func interpolated(_ sparsity: Double) -> LevelTable.Level {
        guard let above = levels.firstIndex(where: { $0.sparsity >= sparsity }) else { return levels[levels.count - 1] }
        guard above > 0 else { return dense }
        let (low, high) = (levels[above - 1], levels[above])
        let share = (sparsity - low.sparsity) / (high.sparsity - low.sparsity)
        return LevelTable.Level(
            sparsity: sparsity, cost: low.cost + share * (high.cost - low.cost),
            loss: low.loss + share * (high.loss - low.loss))
    }
}
