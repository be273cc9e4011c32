import ModelGraph
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// Which layers have blocks, where they lie, and how many a mask drops.
@Suite struct PruningBlockTests {
    private typealias Fixture = QuantizerFixture

    private func conv(_ shape: [Int], group: Int = 1) throws -> PrunableLayer {
        var node = Fixture.conv("c", ["x", "w"], "y")
        node.attributes["group"] = .int(Int64(group))
        let graph = Fixture.graph([node], ["w": Tensor([Float](repeating: 1, count: shape.reduce(1, *)), shape: shape)])
        return try #require(PrunableLayer.all(in: graph).first)
    }

    /// Every weight is in exactly one block; blocks at the edges are smaller; none crosses a convolution group.
    @Test(arguments: [
        ([20, 6, 3, 3], 1, 16, 4), ([12, 5, 1, 1], 3, 16, 4), ([8, 8, 3, 3], 2, 3, 3), ([1, 2, 1, 1], 1, 4096, 4096),
        ([7, 3, 2, 2], 1, 1, 1),
    ])
    func everyWeightIsInOneBlock(shape: [Int], group: Int, outputs: Int, inputs: Int) throws {
        let layer = try conv(shape, group: group)
        let grid = BlockGrid(layer, .blocks(outputs: outputs, inputs: inputs))
        var seen = [Int](repeating: 0, count: shape.reduce(1, *))
        for row in grid.rows {
            #expect(row.count <= outputs)
            #expect(row.lowerBound / layer.outputsPerGroup == (row.upperBound - 1) / layer.outputsPerGroup)
            for columns in grid.columns {
                #expect(columns.count <= inputs)
                #expect(Set(columns.map { $0 % layer.taps }).count == 1)
                for output in row {
                    for column in columns { seen[layer.weightIndex(output: output, column: column)] += 1 }
                }
            }
        }
        #expect(seen.allSatisfy { $0 == 1 })
        let perGroup = (layer.outputsPerGroup + outputs - 1) / outputs
        #expect(grid.count == group * perGroup * ((shape[1] + inputs - 1) / inputs) * layer.taps)
        #expect(layer.blockCount(.blocks(outputs: outputs, inputs: inputs)) == grid.count)
    }

    /// A Gemm's weights in either order, and a MatMul's, are the same blocks.
    @Test func productsAreReadInEitherOrder() throws {
        let values = (0..<(8 * 6)).map { Float($0 + 1) }
        var transposed = values
        for input in 0..<8 { for output in 0..<6 { transposed[output * 8 + input] = values[input * 6 + output] } }
        let forms: [(String, [String: AttributeValue], Tensor)] = [
            ("MatMul", [:], Tensor(values, shape: [8, 6])), ("Gemm", [:], Tensor(values, shape: [8, 6])),
            ("Gemm", ["transB": .int(1)], Tensor(transposed, shape: [6, 8])),
        ]
        var matrices: [[Double]] = []
        for (type, attributes, weights) in forms {
            let node = Node(type, name: "p", inputs: ["x", "w"], outputs: ["y"], attributes: attributes)
            var graph = Fixture.graph([node], ["w": weights])
            let layer = try #require(PrunableLayer.all(in: graph).first)
            let matrix = try #require(LayerMatrix(layer, in: graph))
            #expect(matrix.outputs == 6)
            #expect(matrix.columns == 8)
            matrices.append(matrix.weights)
            #expect(matrix.write(to: &graph, layer, changesBias: false))
            #expect(graph.constant("w")?.elements(as: Float.self) == weights.elements(as: Float.self))
        }
        #expect(matrices[0] == matrices[1])
        #expect(matrices[0] == matrices[2])
    }

    /// A mask drops exactly the asked number, the cheapest first, and what is gone stays gone.
    @Test(arguments: [0, 0.1, 0.25, 0.5, 0.77, 1])
    func masksDropTheAskedNumber(sparsity: Double) throws {
        var generator = SeededGenerator(seed: 5)
        let grid = BlockGrid(try conv([20, 6, 3, 3]), .default)
        let scores = (0..<grid.count).map { _ in Double.random(in: 0...1, using: &generator) }
        var mask = BlockMask(grid)
        mask.drop(to: sparsity, of: sparsity, scores: scores)
        let zeros = Int((sparsity * Double(grid.count)).rounded())
        #expect(mask.keptCount == grid.count - zeros)
        let dropped = mask.kept.indices.filter { !mask.kept[$0] }.map { scores[$0] }.max() ?? -1
        let kept = mask.kept.indices.filter { mask.kept[$0] }.map { scores[$0] }.min() ?? 2
        #expect(dropped < kept)
        let before = mask.kept
        mask.drop(to: sparsity / 2, of: sparsity, scores: scores.map { -$0 })
        #expect(mask.kept == before)
    }

    /// N:M leaves at most N of every M neighbouring input channels, also of the last ones.
    @Test(arguments: [(2, 4, 8), (1, 4, 6), (2, 3, 7)])
    func sharesLeaveAtMostSoMany(kept: Int, of: Int, channels: Int) throws {
        var generator = SeededGenerator(seed: 6)
        let layer = try conv([5, channels, 2, 2])
        let grid = BlockGrid(layer, .share(kept: kept, of: of))
        #expect(grid.count == 5 * channels * 4)
        var mask = BlockMask(grid)
        let scores = (0..<grid.count).map { _ in Double.random(in: 0...1, using: &generator) }
        mask.drop(to: 0.5, of: 0.5, scores: scores)
        let ones = LayerMatrix(
            outputs: 5, columns: layer.columns, weights: [Double](repeating: 1, count: 5 * layer.columns),
            bias: [Double](repeating: 0, count: 5), canHaveBias: true)
        let masked = mask.masked(ones)
        for output in 0..<5 {
            for tap in 0..<4 {
                for first in stride(from: 0, to: channels, by: of) {
                    let members = first..<min(first + of, channels)
                    let left = members.count { masked.weights[output * layer.columns + $0 * 4 + tap] != 0 }
                    #expect(left == min(kept, members.count))
                }
            }
        }
    }

    /// What cannot be pruned says why.
    @Test func depthwiseAndDynamicLayersAreNotPruned() throws {
        var depthwise = Fixture.conv("d", ["x", "dw"], "a")
        depthwise.attributes["group"] = .int(3)
        let graph = Fixture.graph(
            [
                depthwise, Fixture.conv("c", ["a", "w"], "b"),
                Node("MatMul", name: "m", inputs: ["b", "b"], outputs: ["y"]),
            ],
            [
                "dw": Tensor([Float](repeating: 1, count: 27), shape: [3, 1, 3, 3]),
                "w": Tensor([Float](repeating: 1, count: 12), shape: [4, 3, 1, 1]),
            ])
        #expect(PrunableLayer.all(in: graph).map(\.name) == ["c"])
        guard case .dense(_, _, _, let reason)? = PruningCandidate(0, in: graph) else {
            Issue.record("the depthwise convolution is no dense layer")
            return
        }
        #expect(reason.contains("depthwise"))
        if case .some = PruningCandidate(2, in: graph) { Issue.record("a product of two inputs is a candidate") }
    }
}
