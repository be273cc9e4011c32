import ModelGraph
import Runtime
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// Least squares under a mask, and the blocks that an exact elimination takes out.
@Suite struct PruningRefitTests {
    private typealias Fixture = QuantizerFixture

    /// A Gemm of 24 inputs and 8 outputs, correlated inputs, and the moments of its own outputs.
    private struct Layer {
        let layer: PrunableLayer
        let matrix: LayerMatrix
        let moments: LayerMoments
        let inputs: [[Double]]
        let targets: [[Double]]
    }

    private func layer(seed: UInt64, hasBias: Bool = true) throws -> Layer {
        var generator = SeededGenerator(seed: seed)
        let (count, inputs, outputs) = (300, 24, 8)
        let weights = Fixture.random([outputs, inputs], -1...1, &generator)
        let bias = Fixture.random([outputs], -1...1, &generator)
        let node = Node(
            hasBias ? "Gemm" : "MatMul", name: "g", inputs: ["x", "w"] + (hasBias ? ["b"] : []), outputs: ["y"],
            attributes: hasBias ? ["transB": .int(1)] : [:])
        var constants = ["w": hasBias ? weights : Fixture.random([inputs, outputs], -1...1, &generator)]
        if hasBias { constants["b"] = bias }
        let graph = Fixture.graph([node], constants)
        let layer = try #require(PrunableLayer.all(in: graph).first)
        let matrix = try #require(LayerMatrix(layer, in: graph))
        var values: [Float] = []
        for _ in 0..<count {
            let common = Float.random(in: 0...1, using: &generator)
            for _ in 0..<inputs { values.append(max(0, common + Float.random(in: -0.6...0.6, using: &generator))) }
        }
        let rows = (0..<count).map { row in (0..<inputs).map { Double(values[row * inputs + $0]) } }
        var targets: [[Double]] = []
        for row in rows {
            targets.append(
                (0..<outputs).map { output in
                    (0..<inputs).reduce(matrix.bias[output]) { $0 + matrix.weights[output * inputs + $1] * row[$1] }
                })
        }
        let weighted = try #require(WeightedLayer(0, in: graph, perTensor: true))
        var moments = LayerMoments(try #require(LayerRows(weighted, in: graph)), hasTargets: true)
        try moments.add(
            Tensor(values, shape: [count, inputs]),
            targets: [Tensor(targets.flatMap { $0 }.map { Float($0) }, shape: [count, outputs])], samples: count,
            number: 0)
        #expect(moments.rowCount == count)
        return Layer(layer: layer, matrix: matrix, moments: moments, inputs: rows, targets: targets)
    }

    /// The squared error of weights on the rows themselves, divided by the square of the targets.
    private func error(_ layer: Layer, _ matrix: LayerMatrix) -> Double {
        var (errors, total) = (0.0, 0.0)
        for (row, wanted) in zip(layer.inputs, layer.targets) {
            for output in 0..<matrix.outputs {
                let made = row.indices.reduce(matrix.bias[output]) {
                    $0 + matrix.weights[output * matrix.columns + $1] * row[$1]
                }
                errors += (made - wanted[output]) * (made - wanted[output])
                total += wanted[output] * wanted[output]
            }
        }
        return errors / total
    }

    /// Solves by elimination with pivots, written apart from the factor.
    private func solved(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var rows = zip(matrix, right).map { $0 + [$1] }
        for pivot in rows.indices {
            let best = (pivot..<rows.count).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) } ?? pivot
            rows.swapAt(pivot, best)
            for row in rows.indices where row != pivot {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...rows.count { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        return rows.indices.map { rows[$0][rows.count] / rows[$0][$0] }
    }

    /// The refit is the minimum of the squared error over the rows plus the ridge, by sums in double over the rows.
    ///
    /// Bound: sums of products here are in float32 over 300 rows, a relative 300 * 2^-24 = 2e-5 of elements at most; the
    /// condition of the ridged matrix is below its trace over the ridge, 25 / 1e-2, so that weights of about 1 may move by 5e-2;
    /// errors that size in all directions at once do not occur, and 1e-2 separates them from a wrong solution.
    @Test(arguments: [true, false])
    func theRefitIsTheLeastSquaresSolution(hasBias: Bool) throws {
        let made = try layer(seed: 21, hasBias: hasBias)
        let grid = BlockGrid(made.layer, .blocks(outputs: 4, inputs: 4))
        let ridge = 1e-2
        let refit = LeastSquaresRefit(moments: made.moments, original: made.matrix, ridge: ridge)
        var mask = BlockMask(grid)
        mask.drop(to: 0.5, of: 0.5, scores: BlockScore.scores(.hessian, made.matrix, grid, made.moments))
        let found = try #require(refit.refitted(mask))
        let mean = made.inputs.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } } / 24
        for (row, outputs) in grid.rows.enumerated() {
            let columns = mask.columns(ofRow: row)
            let lines = made.inputs.map { line in columns.map { line[$0] } + (hasBias ? [1] : []) }
            let size = columns.count + (hasBias ? 1 : 0)
            for output in outputs {
                var normal = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
                var right = [Double](repeating: 0, count: size)
                for (line, target) in zip(lines, made.targets) {
                    for i in 0..<size {
                        right[i] += line[i] * target[output]
                        for j in 0..<size { normal[i][j] += line[i] * line[j] }
                    }
                }
                for i in columns.indices {
                    normal[i][i] += ridge * mean
                    right[i] += ridge * mean * made.matrix.weights[output * 24 + columns[i]]
                }
                let expected = solved(normal, right)
                for (place, column) in columns.enumerated() {
                    #expect(abs(found.weights[output * 24 + column] - expected[place]) < 1e-2)
                }
                if hasBias { #expect(abs(found.bias[output] - expected[size - 1]) < 1e-2) }
            }
        }
        let masked = mask.masked(made.matrix)
        let (before, after) = (made.moments.relativeError(masked), made.moments.relativeError(found))
        #expect(after < before)
        #expect(abs(before - error(made, masked)) < 1e-3 * before + 1e-4)
        #expect(abs(after - error(made, found)) < 1e-3 * after + 1e-4)
    }

    /// Without anything dropped the refit gives the weights back: they are where the ridge draws to, and have no error.
    ///
    /// Bound: as above, only that sums and targets err together here.
    @Test func nothingDroppedChangesNothing() throws {
        let made = try layer(seed: 22)
        let refit = LeastSquaresRefit(moments: made.moments, original: made.matrix, ridge: 1e-3)
        let found = try #require(refit.refitted(BlockMask(BlockGrid(made.layer, .default))))
        #expect(zip(found.weights, made.matrix.weights).allSatisfy { abs($0 - $1) < 1e-2 })
        var alone = made.moments
        alone.setTargets(made.matrix)
        let (left, right) = (alone.cross(3, 5), made.moments.cross(3, 5))
        #expect(abs(left - right) < 1e-3 * abs(right) + 1e-3)
    }

    /// The loss of each step is what the least-squares error rises by; blocks that go are at least as good as one round of
    /// scores in total, and exactly as many as asked.
    @Test func eliminationTakesTheCheapestBlocks() throws {
        let made = try layer(seed: 23)
        let grid = BlockGrid(made.layer, .blocks(outputs: 8, inputs: 2))
        let refit = LeastSquaresRefit(moments: made.moments, original: made.matrix, ridge: 1e-3)
        let start = try #require(refit.refitted(BlockMask(grid)))
        let elimination = try #require(GreedyElimination(grid, start, refit))
        #expect(elimination.removals.map(\.count) == [12])
        #expect(Set(elimination.removals[0].map(\.block)) == Set(0..<12))
        let ridge = 1e-3 * made.moments.meanSquare(0)
        func objective(_ matrix: LayerMatrix) -> Double {
            (0..<8).reduce(0) { sum, output in
                sum + made.moments.squaredError(output, matrix.line(output))
                    + (0..<24).reduce(0) {
                        let step = matrix.weights[output * 24 + $1] - made.matrix.weights[output * 24 + $1]
                        return $0 + ridge * step * step
                    }
            }
        }
        var mask = BlockMask(grid)
        var before = objective(start)
        for (block, loss) in elimination.removals[0].prefix(8) {
            mask.drop(block)
            let after = objective(try #require(refit.refitted(mask)))
            // `floor` only matters where a later block is cheaper; here none is. Sums in float32 leave 1e-3 of the total.
            #expect(abs(after - before - loss) < 0.02 * loss + 1e-3 * made.moments.square(0))
            before = after
        }
        for sparsity in [0.25, 0.5] {
            let greedy = elimination.mask(sparsity: sparsity)
            #expect(greedy.keptCount == grid.count - Int((sparsity * 12).rounded()))
            var scored = BlockMask(grid)
            scored.drop(
                to: sparsity, of: sparsity, scores: BlockScore.scores(.hessian, made.matrix, grid, made.moments))
            #expect(
                objective(try #require(refit.refitted(greedy))) <= 1.001
                    * objective(try #require(refit.refitted(scored))))
        }
    }

    /// Sums and solutions are the same bits for one thread and for two, and for any cut into batches.
    @Test func threadsDoNotMatter() throws {
        let one = try HostThreads.$limit.withValue(1) { try layer(seed: 24) }
        let two = try HostThreads.$limit.withValue(2) { try layer(seed: 24) }
        let grid = BlockGrid(one.layer, .blocks(outputs: 2, inputs: 2))
        func pruned(_ made: Layer, _ score: PruningScore, _ threads: Int) -> [Double] {
            var options = PruningOptions()
            options.score = score
            return HostThreads.$limit.withValue(threads) {
                let outcome = LayerPruning(options: options).prune(
                    made.matrix, grid, sparsity: 0.5, moments: made.moments)
                return outcome.matrix.weights + outcome.matrix.bias + [outcome.errorRefitted ?? -1]
            }
        }
        for score in PruningScore.allCases {
            #expect(pruned(one, score, 1) == pruned(two, score, 2))
        }
    }
}
