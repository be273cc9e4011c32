import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// Channels reordered for blocks.
@Suite struct BlockPermutationTests {
    private typealias Fixture = QuantizerFixture
    private static let backend = ReferenceBackend()

    /// Three convolutions with a residual addition. Every other channel matters little, so that blocks of neighbours hold as
    /// much of one kind as of the other.
    private static func network() -> Graph {
        var random = SeededGenerator(seed: 41)
        var constants: [String: Tensor] = [:]
        var nodes: [Node] = []
        for (name, input, from) in [("one", "x", 3), ("two", "r_one", 32), ("three", "r_two", 32)] {
            let weights = Fixture.random([32, from, 3, 3], -0.2...0.2, &random).floats().enumerated().map {
                place, value in
                place / (from * 9) % 2 == 0 ? value : value * 0.1
            }
            constants["w_\(name)"] = Tensor(weights, shape: [32, from, 3, 3])
            nodes += [
                Fixture.conv(name, [input, "w_\(name)"], "c_\(name)"),
                Node("Relu", name: "r", inputs: ["c_\(name)"], outputs: ["r_\(name)"]),
            ]
        }
        nodes += [
            Node("Add", name: "add", inputs: ["r_one", "r_three"], outputs: ["s"]),
            Fixture.conv("four", ["s", "w_four"], "y"),
        ]
        constants["w_four"] = Fixture.random([8, 32, 3, 3], -0.2...0.2, &random)
        return Fixture.graph(nodes, constants)
    }

    private static func permuted(_ graph: Graph, _ pattern: PruningPattern) throws -> BlockPermutation.Result {
        var options = PruningOptions()
        options.pattern = pattern
        var random = SeededGenerator(seed: 42)
        let samples = (0..<8).map { _ in Fixture.random([1, 3, 8, 8], -2...2, &random) }
        let data = RecipeData(sampleCount: 8) { $0 < samples.count ? ["x": samples[$0]] : nil }
        let sparsity = Dictionary(
            uniqueKeysWithValues: PrunableLayer.all(in: graph).dropFirst().map { ($0.name, 0.5) })
        return try BlockPermutation.permuted(
            graph, sparsity: sparsity, options: options, backend: backend, evaluator: backend, data: data)
    }

    @Test func blocksKeepMoreAndOutputsStay() throws {
        let graph = Self.network()
        let result = try Self.permuted(graph, .blocks(outputs: 16, inputs: 4))
        #expect(result.keptAfter > result.keptBefore + 0.1, "\(result.keptBefore) \(result.keptAfter)")
        #expect(result.keptAfter < 1)
        var random = SeededGenerator(seed: 43)
        let x = Fixture.random([2, 3, 8, 8], -2...2, &random)
        let (before, after) = (try Fixture.run(graph, x).floats(), try Fixture.run(result.graph, x).floats())
        // Sums of at most 300 products in another order: each rounding is 2^-24 of a partial sum, which the sum of the
        // absolute products bounds; a thousandth of a percent is above it here and far below one wrong channel.
        let largest = before.reduce(0) { max($0, $1.magnitude) }
        #expect(zip(before, after).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
        #expect(result.graph.constant("w_two") != graph.constant("w_two"))
        // Nothing is left to gain.
        let again = try Self.permuted(result.graph, .blocks(outputs: 16, inputs: 4))
        #expect(again.keptAfter - again.keptBefore < 0.01, "\(again.keptBefore) \(again.keptAfter)")
    }

    /// Single weights do not care who their neighbours are.
    @Test(arguments: [PruningPattern.blocks(outputs: 1, inputs: 1), .share(kept: 2, of: 4)])
    func otherPatternsLeaveTheGraphAsItIs(pattern: PruningPattern) throws {
        let graph = Self.network()
        let result = try Self.permuted(graph, pattern)
        for name in graph.initializerOrder { #expect(result.graph.initializers[name] == graph.initializers[name]) }
    }
}
