import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// Channels really removed from small networks.
@Suite struct ChannelPrunerTests {
    private typealias Fixture = QuantizerFixture
    private static let backend = ReferenceBackend()

    enum Network: CaseIterable { case residual, concat, depthwise }

    private static func network(_ kind: Network) -> Graph {
        var random = SeededGenerator(seed: 31)
        var constants: [String: Tensor] = [:]
        var nodes: [Node] = []
        func conv(_ name: String, _ input: String, _ from: Int, _ to: Int, group: Int = 1) {
            let reach = (6 / Float(9 * from / group)).squareRoot()
            constants["w_\(name)"] = Fixture.random([to, from / group, 3, 3], -reach...reach, &random)
            constants["b_\(name)"] = Fixture.random([to], -0.1...0.3, &random)
            var node = Fixture.conv(name, [input, "w_\(name)", "b_\(name)"], "c_\(name)")
            if group > 1 { node.attributes["group"] = .int(Int64(group)) }
            nodes += [node, Node("Relu", name: "relu_\(name)", inputs: ["c_\(name)"], outputs: [name])]
        }
        conv("stem", "x", 3, 32)
        var (last, width) = ("stem", 32)
        switch kind {
        case .residual:
            for block in 0..<2 {
                conv("a\(block)", last, 32, 32)
                conv("b\(block)", "a\(block)", 32, 32)
                nodes.append(Node("Add", name: "add\(block)", inputs: [last, "b\(block)"], outputs: ["s\(block)"]))
                last = "s\(block)"
            }
        case .concat:
            conv("left", last, 32, 32)
            conv("right", last, 32, 16)
            nodes.append(
                Node(
                    "Concat", name: "join", inputs: ["left", "stem", "right"], outputs: ["joined"],
                    attributes: ["axis": .int(1)]))
            (last, width) = ("joined", 80)
        case .depthwise:
            conv("point", last, 32, 64)
            conv("deep", "point", 64, 64, group: 64)
            conv("out", "deep", 64, 32)
            last = "out"
        }
        nodes += [
            Node("GlobalAveragePool", name: "pool", inputs: [last], outputs: ["p"]),
            Node("Flatten", name: "flatten", inputs: ["p"], outputs: ["f"]),
            Node("Gemm", name: "classes", inputs: ["f", "w", "b"], outputs: ["y"], attributes: ["transB": .int(1)]),
        ]
        constants["w"] = Fixture.random([10, width], -0.5...0.5, &random)
        constants["b"] = Fixture.random([10], -0.5...0.5, &random)
        return Fixture.graph(nodes, constants)
    }

    private static func samples(_ count: Int, seed: UInt64) -> Tensor {
        var random = SeededGenerator(seed: seed)
        return Fixture.random([count, 3, 8, 8], -2...2, &random)
    }

    private static func data(batch: Int = 8) -> RecipeData {
        RecipeData(sampleCount: 48) { index in
            index < 48 / batch ? ["x": samples(48, seed: 9).samples((index * batch)..<((index + 1) * batch))] : nil
        }
    }

    private static func options(_ score: PruningScore, refits: Bool = true) -> PruningOptions {
        var options = PruningOptions()
        (options.pattern, options.score, options.refits) = (.channels, score, refits)
        return options
    }

    private static func prune(
        _ graph: Graph, _ options: PruningOptions, data: RecipeData? = data(), fraction: Double = 0.5,
        multiple: Int = 8,
        excluding patterns: [String] = []
    ) throws -> PruningResult {
        try ChannelPruner(options: options, backend: backend, evaluator: backend, data: data).prune(
            graph, keepingMACs: fraction, multiple: multiple, excluded: try NodeSelection(patterns, in: graph))
    }

    private static func multiplyAccumulates(_ graph: Graph) throws -> Int {
        let inferred = try #require(graph.typesOfUsualInputs(evaluator: backend))
        return zip(graph.nodes, inferred.operators).reduce(0) { sum, pair in
            let work = pair.1 as? any MultiplyAccumulating
            return sum
                + (work?.multiplyAccumulateCount(
                    inputs: pair.0.inputs.map { inferred.types[$0] }, outputs: pair.0.outputs.map { inferred.types[$0] }
                )
                    ?? 0)
        }
    }

    private static func error(_ graph: Graph, _ other: Graph) throws -> Double {
        let x = samples(32, seed: 10)
        let (left, right) = (try Fixture.run(graph, x).floats(), try Fixture.run(other, x).floats())
        let error = zip(left, right).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        return error / left.reduce(0.0) { $0 + Double($1 * $1) }
    }

    @Test(arguments: Network.allCases, PruningScore.allCases)
    func halfTheWorkIsReallyGone(kind: Network, score: PruningScore) throws {
        let graph = Self.network(kind)
        let result = try Self.prune(graph, Self.options(score))
        try result.graph.validate()
        let (before, after) = (try Self.multiplyAccumulates(graph), try Self.multiplyAccumulates(result.graph))
        #expect(Double(after) <= 0.5 * Double(before), "\(after) of \(before)")
        #expect(Double(after) > 0.3 * Double(before), "\(after) of \(before)")
        for layer in result.layers {
            #expect(layer.shape.first.map { $0 % 8 == 0 || $0 == 10 } ?? false, "\(layer.name): \(layer.shape)")
            let weights = result.graph.node(layer.name)?.input(1).flatMap { result.graph.constant($0) }
            #expect(weights?.shape == layer.shape)
            if case .dense(let reason) = layer.decision { #expect(layer.shape == layer.shapeBefore && !reason.isEmpty) }
        }
        #expect(result.layers.contains { $0.decision == .pruned })
        let outputs = try Fixture.run(result.graph, Self.samples(4, seed: 3))
        #expect(outputs.isFinite && outputs.shape == [4, 10])
    }

    /// Fitting to the data brings the outputs nearer.
    @Test(arguments: Network.allCases)
    func fittingHelps(kind: Network) throws {
        let graph = Self.network(kind)
        let masked = try Self.prune(graph, Self.options(.hessian, refits: false))
        let fitted = try Self.prune(graph, Self.options(.hessian))
        let (before, after) = (try Self.error(graph, masked.graph), try Self.error(graph, fitted.graph))
        #expect(after < 0.5 * before, "\(kind): \(after), unfitted \(before)")
        for layer in fitted.layers {
            guard let error = layer.errorRefitted else { continue }
            #expect(error <= layer.errorMasked ?? .infinity, "\(layer.name)")
        }
    }

    @Test func batchesAndThreadsChangeNothing() throws {
        let graph = Self.network(.residual)
        let first = try Self.prune(graph, Self.options(.hessianGreedy), data: Self.data(batch: 8)).graph
        let second = try HostThreads.$limit.withValue(1) {
            try Self.prune(graph, Self.options(.hessianGreedy), data: Self.data(batch: 16)).graph
        }
        for name in first.initializerOrder { #expect(first.initializers[name] == second.initializers[name], "\(name)") }
    }

    /// A fit adds biases where there were none: they lose the channels that their layers lose.
    @Test func biasesThatFitsAddHaveTheSizeOfTheirLayers() throws {
        var graph = Self.network(.residual)
        for index in graph.nodes.indices where graph.nodes[index].operatorType == "Conv" {
            graph.nodes[index].inputs = Array(graph.nodes[index].inputs.prefix(2))
        }
        let result = try Self.prune(graph, Self.options(.hessianGreedy))
        let convolutions = result.graph.nodes.filter { $0.operatorType == "Conv" }
        #expect(convolutions.contains { $0.input(2) != nil })
        for node in convolutions {
            guard let bias = node.input(2).flatMap({ result.graph.constant($0) }) else { continue }
            #expect(bias.shape[0] == node.input(1).flatMap { result.graph.constant($0) }?.shape[0], "\(node.name)")
        }
        #expect(try Self.error(graph, result.graph).isFinite)
    }

    @Test func excludedLayersKeepTheirShape() throws {
        let graph = Self.network(.residual)
        let result = try Self.prune(graph, Self.options(.magnitude), data: nil, fraction: 0.7, excluding: ["a0"])
        let layer = try #require(result.layers.first { $0.name == "a0" })
        #expect(layer.shape == [32, 32, 3, 3])
        #expect(result.graph.node("a0")?.input(1).flatMap { result.graph.constant($0) } == graph.constant("w_a0"))
        let reason = { (name: String) in result.layers.first { $0.name == name }?.decision }
        #expect(reason("stem") == .dense("'a0' is excluded"))
    }

    @Test func whatCannotBeReachedIsRefused() throws {
        let graph = Self.network(.residual)
        let error = #expect(throws: HoneError.self) {
            try Self.prune(graph, Self.options(.magnitude), data: nil, fraction: 0.01)
        }
        #expect(
            error?.code == .invalidOption && error?.message.contains("is the least") ?? false,
            "\(String(describing: error))")
        for (fraction, multiple) in [(0.0, 8), (1.5, 8), (.nan, 8), (0.5, 0)] {
            #expect(throws: HoneError.self) {
                try Self.prune(graph, Self.options(.magnitude), data: nil, fraction: fraction, multiple: multiple)
            }
        }
    }
}

extension Tensor {
    /// Some of a batch's samples.
    fileprivate func samples(_ range: Range<Int>) -> Tensor {
        let size = elementCount / shape[0]
        let values = elements(as: Float.self)
        return Tensor(
            Array(values[(range.lowerBound * size)..<(range.upperBound * size)]),
            shape: [range.count] + shape.dropFirst())
    }
}
