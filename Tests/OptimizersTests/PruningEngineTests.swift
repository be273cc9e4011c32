import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// Whole graphs pruned, and quantized after it.
@Suite struct PruningEngineTests {
    private typealias Fixture = QuantizerFixture
    private static let backend = ReferenceBackend()

    /// A stem, a residual block without biases, a grouped convolution, and a Gemm on the pooled channels.
    private func network() -> Graph {
        var generator = SeededGenerator(seed: 41)
        var nodes = [
            Fixture.conv("stem", ["x", "w0", "b0"], "s"), Node("Relu", inputs: ["s"], outputs: ["a"]),
            Fixture.conv("first", ["a", "w1"], "f"), Node("Relu", inputs: ["f"], outputs: ["g"]),
            Fixture.conv("second", ["g", "w2"], "h"), Node("Add", inputs: ["h", "a"], outputs: ["i"]),
            Node("Relu", inputs: ["i"], outputs: ["j"]),
            Node(
                "Conv", name: "grouped", inputs: ["j", "w3"], outputs: ["k"],
                attributes: ["group": .int(2), "strides": .ints([2, 2])]),
            Node("Relu", inputs: ["k"], outputs: ["l"]),
            Node("GlobalAveragePool", inputs: ["l"], outputs: ["m"]),
            Node("Flatten", inputs: ["m"], outputs: ["n"]),
        ]
        nodes.append(
            Node("Gemm", name: "head", inputs: ["n", "w4"], outputs: ["y"], attributes: ["alpha": .float(0.5)]))
        return Fixture.graph(
            nodes,
            [
                "w0": Fixture.random([16, 3, 3, 3], -0.4...0.4, &generator),
                "b0": Fixture.random([16], -0.3...0.3, &generator),
                "w1": Fixture.random([16, 16, 3, 3], -0.2...0.2, &generator),
                "w2": Fixture.random([16, 16, 3, 3], -0.2...0.2, &generator),
                "w3": Fixture.random([12, 8, 2, 2], -0.3...0.3, &generator),
                "w4": Fixture.random([12, 8], -0.5...0.5, &generator),
            ])
    }

    private func samples(_ count: Int) -> [Tensor] {
        var generator = SeededGenerator(seed: 42)
        return (0..<count).map { _ in Fixture.random([1, 3, 8, 8], -2...2, &generator) }
    }

    private func data(_ samples: [Tensor], batch size: Int) -> RecipeData {
        let batches = stride(from: 0, to: samples.count, by: size).map { start in
            let part = samples[start..<min(start + size, samples.count)]
            return Tensor(part.flatMap { $0.elements(as: Float.self) }, shape: [part.count, 3, 8, 8])
        }
        return RecipeData { $0 < batches.count ? ["x": batches[$0]] : nil }
    }

    private func pruner(
        _ pattern: PruningPattern = .blocks(outputs: 4, inputs: 4), score: PruningScore = .hessian, refits: Bool = true,
        batch: Int = 7, hasData: Bool = true, permutes: Bool = false
    ) -> BlockPruner {
        var options = PruningOptions()
        (options.pattern, options.score, options.refits) = (pattern, score, refits)
        options.permutes = permutes
        return BlockPruner(
            options: options, backend: PruningEngineTests.backend, evaluator: PruningEngineTests.backend,
            data: hasData ? data(samples(40), batch: batch) : nil)
    }

    private let shares = ["first": 0.5, "second": 0.25, "grouped": 0.5]

    private func weights(_ graph: Graph) -> [[Float]] {
        graph.initializerOrder.compactMap { graph.initializers[$0]?.floats() }
    }

    /// The mean squared error of the outputs, divided by their square.
    private func error(_ graph: Graph, _ original: Graph) throws -> Double {
        var (errors, total) = (0.0, 0.0)
        for sample in samples(60).suffix(20) {
            let (found, wanted) = (try Fixture.run(graph, sample).floats(), try Fixture.run(original, sample).floats())
            for (one, other) in zip(found, wanted) {
                errors += Double((one - other) * (one - other))
                total += Double(other * other)
            }
        }
        return errors / total
    }

    /// Exactly the asked blocks are zero; other layers keep their bits; the error after the refit is the smaller one, in each
    /// layer and behind the network.
    @Test(arguments: PruningScore.allCases)
    func theAskedBlocksAreZeroAndTheRefitHelps(score: PruningScore) throws {
        let graph = network()
        let result = try pruner(score: score).prune(graph, sparsity: shares)
        #expect(result.layers.map(\.name) == ["stem", "first", "second", "grouped", "head"])
        for layer in result.layers {
            let share = shares[layer.name]
            #expect(layer.asked == share ?? 0)
            #expect(layer.keptBlocks == layer.blocks - Int(((share ?? 0) * Double(layer.blocks)).rounded()))
            guard share != nil else {
                if case .pruned = layer.decision { Issue.record("\(layer.name) was pruned") }
                continue
            }
            #expect(layer.decision == .pruned)
            let (masked, refitted) = (try #require(layer.errorMasked), try #require(layer.errorRefitted))
            #expect(refitted < masked)
            let node = try #require(result.graph.node(layer.name))
            let values = try #require(result.graph.constant(node.inputs[1])).floats()
            let found = try #require(PrunableLayer.all(in: result.graph).first { $0.name == layer.name })
            let grid = BlockGrid(found, .blocks(outputs: 4, inputs: 4))
            let alive = grid.rows.reduce(0) { sum, outputs in
                sum
                    + grid.columns.count { columns in
                        outputs.contains { output in
                            columns.contains { values[found.weightIndex(output: output, column: $0)] != 0 }
                        }
                    }
            }
            #expect(alive == layer.keptBlocks)
        }
        for name in ["w0", "b0", "w4"] {
            #expect(result.graph.constant(name)?.floats() == graph.constant(name)?.floats())
        }
        let plain = try pruner(score: score, refits: false).prune(graph, sparsity: shares)
        #expect(plain.layers.allSatisfy { $0.errorRefitted == nil })
        // The refit bounds each layer's error, not the network's: with masks by activation these few outputs err more.
        guard score != .activation else { return }
        #expect(try error(result.graph, graph) < error(plain.graph, graph))
    }

    /// Channels are reordered for masks alone, and the network computes what it did: with nothing to drop, to rounding.
    @Test func channelsAreReorderedWithoutARefitOnly() throws {
        let graph = network()
        let order = { (graph: Graph) in graph.constant("b0")?.floats() ?? [] }
        let fitted = try pruner(permutes: true).prune(graph, sparsity: shares)
        #expect(order(fitted.graph) == order(graph))
        let masked = try pruner(refits: false, permutes: true).prune(graph, sparsity: shares)
        let plain = try pruner(refits: false).prune(graph, sparsity: shares)
        #expect(order(plain.graph) == order(graph))
        #expect(order(masked.graph).sorted() == order(graph).sorted())
        #expect(masked.layers.map(\.keptBlocks) == plain.layers.map(\.keptBlocks))
    }

    /// Without data, magnitudes alone: the kept weights keep their bits.
    @Test func magnitudesNeedNoData() throws {
        let graph = network()
        let result = try pruner(hasData: false).prune(graph, sparsity: shares)
        let (before, after) = (weights(graph), weights(result.graph))
        #expect(before.count == after.count)
        for (one, other) in zip(before, after) {
            #expect(zip(one, other).allSatisfy { $1 == 0 || $0 == $1 })
        }
        #expect(result.layers.allSatisfy { $0.errorMasked == nil })
    }

    /// Bits depend on neither threads nor batches.
    @Test func threadsAndBatchesDoNotMatter() throws {
        let graph = network()
        let one = try HostThreads.$limit.withValue(1) { try pruner(batch: 40).prune(graph, sparsity: shares) }
        let two = try HostThreads.$limit.withValue(2) { try pruner(batch: 3).prune(graph, sparsity: shares) }
        #expect(weights(one.graph) == weights(two.graph))
        #expect(one.layers.map(\.errorRefitted) == two.layers.map(\.errorRefitted))
    }

    /// Losses begin at nothing, rise with the share, and end where only the bias is left.
    @Test(arguments: [PruningScore.hessian, .hessianGreedy])
    func lossesRise(score: PruningScore) throws {
        let names = ["first", "grouped", "head"]
        let losses = try pruner(score: score).losses(of: network(), layers: names, levels: [0.5, 0, 0.25, 1, 0.75])
        #expect(Set(losses.keys) == Set(names))
        for name in names {
            let values = try #require(losses[name])
            #expect(values[1] == 0)
            #expect(values[2] <= values[0])
            #expect(values[0] <= values[4])
            #expect(values[4] <= values[3])
            #expect(values[3] <= 1)
            #expect(values[2] > 0)
        }
    }

    @Test func whatCannotBePrunedIsRefused() {
        for shares in [["nothing": 0.5], ["first": 1.5], ["first": -0.1], ["first": .nan]] {
            #expect(throws: HoneError.self) { try pruner().prune(network(), sparsity: shares) }
            #expect(throws: HoneError.self) { try pruner(hasData: false).prune(network(), sparsity: shares) }
        }
        #expect(throws: HoneError.self) { try pruner(.channels).prune(network(), sparsity: [:]) }
    }

    /// Where a pruned weight is zero, every recipe's integer is zero.
    @Test(arguments: QuantizationRecipe.allCases)
    func quantizationKeepsZeros(recipe: QuantizationRecipe) throws {
        let pruned = try pruner().prune(network(), sparsity: shares).graph
        var options = QuantizationOptions()
        options.estimator = MinMaxRange()
        let record = try Fixture.record(pruned, samples(40), options)
        let result = try RecipeRun(
            recipe, options: options, backend: PruningEngineTests.backend, evaluator: PruningEngineTests.backend,
            data: data(samples(40), batch: 8), byteLimit: 1 << 30
        ).quantize(pruned, calibration: record)
        var zeros = 0
        for name in shares.keys {
            let node = try #require(pruned.node(name))
            let real = try #require(pruned.constant(node.inputs[1])).floats()
            let made = try #require(result.graph.node(name))
            let dequantizer = try #require(result.graph.producer(of: made.inputs[1]))
            let integers = try #require(result.graph.constant(dequantizer.inputs[0])?.integers())
            for (value, integer) in zip(real, integers) where value == 0 {
                #expect(integer == 0)
                zeros += 1
            }
        }
        #expect(zeros >= 16 * 16 * 9 / 2)
    }
}
