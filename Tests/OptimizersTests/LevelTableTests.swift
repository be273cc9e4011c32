import TestSupport
import Testing

@testable import Optimizers

@Suite("Allocation of sparsity to layers")
struct LevelTableTests {
    /// Whole-numbered costs and losses, many of them equal.
    private static func table(_ numbers: inout SeededGenerator) -> LevelTable {
        let layers = (0..<Int.random(in: 1...5, using: &numbers)).map { index in
            LevelTable.Layer(
                name: "layer \(index)",
                levels: (0..<Int.random(in: 1...4, using: &numbers)).map { level in
                    LevelTable.Level(
                        sparsity: Double(level) / 4, cost: Double(Int.random(in: 0...12, using: &numbers)),
                        loss: level > 0 && Int.random(in: 0..<8, using: &numbers) == 0
                            ? .infinity : Double(Int.random(in: 0...9, using: &numbers)) / 8)
                })
        }
        return LevelTable(layers: layers, fixedCost: Double(Int.random(in: 0...5, using: &numbers)))
    }

    /// Loss and cost of the best of all choices: least loss, and of these least cost. Nil if none keeps within the budget.
    private static func best(_ table: LevelTable, _ budget: Double) -> [Double]? {
        var choices: [(loss: Double, cost: Double)] = [(0, table.fixedCost)]
        for layer in table.layers {
            choices = choices.flatMap { choice in
                layer.levels.map { (choice.loss + $0.loss, choice.cost + $0.cost) }
            }
        }
        return choices.filter { $0.cost <= budget && $0.loss.isFinite }.min { $0 < $1 }.map { [$0.loss, $0.cost] }
    }

    @Test("The levels are the best of all that keep within the budget", arguments: 0..<400)
    func bruteForce(_ seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let table = LevelTableTests.table(&numbers)
        let budget = Double(Int.random(in: 0...60, using: &numbers))
        // Cells of one unit, so that no cost is rounded.
        let cells = max(1, Int(budget - table.leastCost))
        let levels = table.levels(budget: budget, cells: cells)
        let found = levels.map { [table.allocation($0).loss, table.allocation($0).cost] }
        #expect(found == LevelTableTests.best(table, budget), "seed \(seed), \(table), budget \(budget)")
        #expect(levels == table.levels(budget: budget, cells: cells))
    }

    @Test("Costs that fall between cells keep within the budget, and lose next to nothing", arguments: 0..<100)
    func cells(_ seed: UInt64) throws {
        var numbers = SeededGenerator(seed: 1000 + seed)
        let layers = (0..<6).map { index in
            let dense = Double.random(in: 0.1...9, using: &numbers)
            return LevelTable.Layer(
                name: "\(index)",
                levels: [0, 0.25, 0.5, 0.75].map {
                    LevelTable.Level(
                        sparsity: $0, cost: dense * (1 - $0),
                        loss: $0 == 0 ? 0 : $0 * $0 * Double.random(in: 0...1, using: &numbers))
                })
        }
        let table = LevelTable(layers: layers, fixedCost: 1.7)
        let budget = table.leastCost + (table.denseCost - table.leastCost) * .random(in: 0...1, using: &numbers)
        let levels = try #require(table.levels(budget: budget))
        let allocation = table.allocation(levels)
        #expect(allocation.cost <= budget * (1 + 1e-12), "seed \(seed)")
        let best = try #require(LevelTableTests.best(table, budget))
        // Each of the layers may be rounded up by a cell.
        let spare = budget - table.leastCost
        let tight = try #require(LevelTableTests.best(table, budget - 6 * spare / 10_000))
        #expect((best[0]...tight[0]).contains(allocation.loss), "seed \(seed)")
        // What is left is spent, all of it unless every layer is dense.
        let spent = try #require(table.allocation(budget: budget))
        #expect(spent.loss <= allocation.loss, "seed \(seed)")
        #expect(spent.cost <= budget * (1 + 1e-12) && spent.cost >= allocation.cost, "seed \(seed)")
    }

    @Test("A single layer gets exactly the share that is asked for")
    func singleLayer() throws {
        let table = LevelTable(
            proportional: [("a", 100)], sparsities: [0, 0.25, 0.5, 0.75], losses: ["a": [0, 1, 2, 3]])
        let allocation = try #require(table.allocation(budget: 70))
        #expect(abs((allocation.sparsity["a"] ?? 0) - 0.3) < 1e-12)
        #expect(abs(allocation.cost - 70) < 1e-9)
        #expect(table.allocation(budget: 100)?.sparsity == [:])
        #expect(table.allocation(budget: 25)?.sparsity == ["a": 0.75])
        #expect(table.allocation(budget: 24) == nil)
    }

    @Test("A layer that never gets cheaper stays dense")
    func neverCheaper() throws {
        let levels = [(0, 4.0, 0.0), (0.5, 4.0, 0.0), (0.75, 4.5, 0.0)].map {
            LevelTable.Level(sparsity: $0.0, cost: $0.1, loss: $0.2)
        }
        let other = [(0, 4.0, 0.0), (0.5, 2.0, 1.0)].map {
            LevelTable.Level(sparsity: $0.0, cost: $0.1, loss: $0.2)
        }
        let table = LevelTable(layers: [.init(name: "a", levels: levels), .init(name: "b", levels: other)])
        let allocation = try #require(table.allocation(budget: 6))
        #expect(allocation.sparsity == ["b": 0.5])
        #expect(allocation.choices.map(\.getsCheaper) == [false, true])
    }

    @Test("Uniform sparsity lies on the lines between levels")
    func uniform() {
        let table = LevelTable(
            proportional: [("a", 100), ("b", 10)], sparsities: [0, 0.5, 0.75],
            losses: ["a": [0, 1, 2], "b": [0, 4, 8]])
        #expect(table.uniform(0.25).cost == 82.5)
        #expect(table.uniform(0.25).loss == 2.5)
        #expect(table.uniform(0.9).choices.map(\.sparsity) == [0.75, 0.75])
    }

    @Test("Measured costs are made to fall by pooling what rises")
    func falling() {
        #expect(FallingCosts.fitted([10, 8, 9, 5]) == [10, 8.5, 8.5, 5])
        #expect(FallingCosts.fitted([1, 2, 3]) == [2, 2, 2])
        #expect(FallingCosts.fitted([3, 2, 1]) == [3, 2, 1])
        let mean: Double = 8 / 3
        #expect(FallingCosts.fitted([4, 1, 2, 5]) == [4, mean, mean, mean])
        #expect(FallingCosts.fitted([]) == [])
    }
}
