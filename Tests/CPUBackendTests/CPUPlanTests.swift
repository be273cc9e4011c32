import CPUBackend
import Lowering
import ModelGraph
import ReferenceBackend
import Runtime
import Synchronization
import Tensors
import TestSupport
import Testing

/// Whole graphs on the cpu backend: layouts, fused additions, outputs, observers.
@Suite struct CPUPlanTests {
    private let reference = ReferenceBackend()
    private var backend: CPUBackend { CPUBackend(isa: InstructionSet.available[0], definitions: reference) }

    /// A graph of quantized convolutions over `x`, `[N, 16, 6, 5]` of uint8.
    private struct Builder {
        var graph = Graph()
        var random: SeededGenerator
        private var count = 0

        init(seed: UInt64, batch: Dimension = .fixed(2)) {
            random = SeededGenerator(seed: seed)
            graph.opsets = ["": 17, "com.microsoft": 1]
            graph.inputs = [
                ValueInfo(name: "x", elementType: .uint8, shape: [batch, .fixed(16), .fixed(6), .fixed(5)])
            ]
        }

        private mutating func constant(_ tensor: Tensor) -> String {
            count += 1
            graph.setInitializer("c\(count)", tensor)
            return "c\(count)"
        }

        mutating func convolution(
            _ x: String, zero: UInt8, to y: String, zero yZero: UInt8, kernel: Int = 3
        ) {
            let weights = (0..<(16 * 16 * kernel * kernel)).map { _ in Int8.random(in: -127...127, using: &random) }
            let bias = (0..<16).map { _ in Int32.random(in: -9000...9000, using: &random) }
            let inputs = [
                x, constant(Tensor(scalar: Float(0.02))), constant(Tensor(scalar: zero)),
                constant(Tensor(weights, shape: [16, 16, kernel, kernel])), constant(Tensor(scalar: Float(0.01))),
                constant(Tensor(scalar: Int8(0))), constant(Tensor(scalar: Float(1.1))),
                constant(Tensor(scalar: yZero)), constant(Tensor(bias)),
            ]
            let pad = Int64(kernel / 2)
            graph.nodes.append(
                Node(
                    "QLinearConv", name: y, inputs: inputs, outputs: [y],
                    attributes: ["pads": .ints([pad, pad, pad, pad])]))
        }

        mutating func addition(_ a: String, _ b: String, to y: String, marks: String?) {
            func parameters() -> [String] {
                [constant(Tensor(scalar: Float(1.1))), constant(Tensor(scalar: UInt8(7)))]
            }
            var node = Node(
                "QLinearAdd", name: y, domain: microsoftDomain,
                inputs: [a] + parameters() + [b] + parameters() + parameters(), outputs: [y])
            if let marks { node.annotations[ResidualAddMarking.key] = marks }
            graph.nodes.append(node)
        }

        mutating func finish(_ outputs: String...) -> Graph {
            graph.outputs = outputs.map { ValueInfo(name: $0, elementType: nil, shape: nil) }
            return graph
        }

        mutating func feed(images: Int = 2) -> [String: Tensor] {
            [
                "x": Tensor(
                    (0..<(images * 16 * 30)).map { _ in UInt8.random(in: 0...255, using: &random) },
                    shape: [images, 16, 6, 5])
            ]
        }
    }

    private func residualBlock(seed: UInt64) -> (graph: Graph, feed: [String: Tensor]) {
        var builder = Builder(seed: seed)
        builder.convolution("x", zero: 3, to: "a", zero: 7)
        builder.convolution("a", zero: 7, to: "b", zero: 7)
        builder.addition("b", "a", to: "y", marks: "b")
        return (builder.finish("y"), builder.feed())
    }

    @Test func aMarkedAdditionIsTheConvolutionsAndChangesNoBit() throws {
        let (graph, feed) = residualBlock(seed: 1)
        let session = try Session(graph, backend: backend, evaluator: reference)
        let plan = try session.plan(for: feed)
        let fused = try #require(plan.steps.first { $0.node.name == "b" })
        #expect(fused.fused.map(\.name) == ["y"])
        #expect(!plan.steps.contains { $0.node.operatorType == "QLinearAdd" })
        #expect(try session.run(feed) == Session(graph, backend: reference, evaluator: reference).run(feed))
    }

    @Test func anAdditionThatIsNotMarkedStaysANode() throws {
        var builder = Builder(seed: 2)
        builder.convolution("x", zero: 3, to: "a", zero: 7)
        builder.convolution("a", zero: 7, to: "b", zero: 7)
        builder.addition("b", "a", to: "y", marks: nil)
        let (graph, feed) = (builder.finish("y", "b"), builder.feed())
        let session = try Session(graph, backend: backend, evaluator: reference)
        #expect(try session.plan(for: feed).steps.contains { $0.node.operatorType == "QLinearAdd" })
        #expect(try session.run(feed) == Session(graph, backend: reference, evaluator: reference).run(feed))
    }

    @Test(arguments: [[2, 5, 7, 6], [3, 40]]) func aReluAfterAMarkedAdditionIsTheAdditions(shape: [Int]) throws {
        var random = SeededGenerator(seed: 11)
        var graph = Graph()
        graph.opsets = ["": 17]
        graph.inputs = ["a", "b"].map { ValueInfo(name: $0, elementType: .float32, shape: nil) }
        graph.nodes = [
            Node("Add", name: "sum", inputs: ["a", "b"], outputs: ["sum"]),
            Node("Relu", name: "y", inputs: ["sum"], outputs: ["y"]),
        ]
        graph.outputs = [ValueInfo(name: "y", elementType: nil, shape: nil)]
        let feed = ["a": random.floats(shape), "b": random.floats(shape)]
        let expected = try Session(graph, backend: reference, evaluator: reference).run(feed)
        // Where the sum is watched, both nodes run.
        for watched in [[], ["sum"]] as [Set<String>] {
            var marked = graph
            try PassPipeline([AdditionActivationMarking()]).run(on: &marked, keeping: watched, evaluator: reference)
            let session = try Session(marked, backend: backend, evaluator: reference)
            let plan = try session.plan(for: feed)
            #expect(plan.steps.contains { $0.fused.map(\.name) == ["y"] } == watched.isEmpty)
            #expect(try session.run(feed) == expected)
        }
    }

    /// Two readers pad the same value with different zero points: the halo cannot hold both.
    @Test func readersThatPadDifferentlyGetTheirOwnHalos() throws {
        var builder = Builder(seed: 3)
        builder.convolution("x", zero: 3, to: "a", zero: 7)
        builder.convolution("a", zero: 7, to: "b", zero: 7)
        builder.convolution("a", zero: 200, to: "c", zero: 7)
        builder.convolution("a", zero: 9, to: "d", zero: 7, kernel: 1)
        let (graph, feed) = (builder.finish("a", "b", "c", "d"), builder.feed())
        let session = try Session(graph, backend: backend, evaluator: reference)
        #expect(try session.run(feed) == Session(graph, backend: reference, evaluator: reference).run(feed))
        let copies = try session.plan(for: feed).steps.count { $0.node.operatorType == "Reorder" }
        #expect(copies >= 2, "a halo of another zero point, and four row-major outputs")
    }

    /// Outputs are written again only where the caller has let go of them.
    @Test func anOutputThatIsHeldIsNotOverwritten() throws {
        var builder = Builder(seed: 4)
        builder.convolution("x", zero: 3, to: "y", zero: 7)
        let (graph, first, second) = (builder.finish("y"), builder.feed(), builder.feed())
        let session = try Session(graph, backend: backend, evaluator: reference)
        let held = try session.run(first)
        let expected = held["y"].map { $0.elements(as: UInt8.self) }
        for _ in 0..<3 { _ = try session.run(second) }
        #expect(held["y"].map { $0.elements(as: UInt8.self) } == expected)
        #expect(try session.run(first) == held && session.run(second) != held)
    }

    /// Weights that a plan holds packed come back for a plan of other shapes.
    @Test func anotherBatchFindsTheWeightsAgain() throws {
        var builder = Builder(seed: 5, batch: .symbolic("N"))
        builder.convolution("x", zero: 3, to: "y", zero: 7)
        let graph = builder.finish("y")
        let weights = graph.initializers.filter { $0.value.elementCount == 16 * 16 * 9 }
        let session = try Session(graph, backend: backend, evaluator: reference)
        for images in [1, 3, 1, 2, 0] {
            let feed = builder.feed(images: images)
            #expect(try session.run(feed) == Session(graph, backend: reference, evaluator: reference).run(feed))
        }
        for (name, tensor) in weights { #expect(session.graph.initializers[name] == tensor) }
    }

    @Test func theFirstPlanLetsGoOfPackedWeights() throws {
        var builder = Builder(seed: 6)
        builder.convolution("x", zero: 3, to: "y", zero: 7)
        let session = try Session(builder.finish("y"), backend: backend, evaluator: reference)
        try session.prepare()
        let weights = try #require(session.graph.initializers.first { $0.value.elementCount == 16 * 16 * 9 })
        #expect(!weights.value.isFilled)
    }

    /// Random weights leave no block of 16 outputs x 4 inputs out: one group of outputs, 9 taps of 16 channels.
    @Test(arguments: InstructionSet.available) func stepsSayWhatTheirKernelsKeep(isa: InstructionSet) throws {
        var builder = Builder(seed: 8)
        builder.convolution("x", zero: 3, to: "y", zero: 7)
        let (graph, feed) = (builder.finish("y"), builder.feed())
        let backend = CPUBackend(isa: isa, definitions: reference)
        let steps = try Session(graph, backend: backend, evaluator: reference).plan(for: feed).steps
        let detail = try #require(steps.first { $0.node.name == "y" }?.detail)
        #expect(detail.hasPrefix("36 of 36 blocks"))
        #expect(detail.contains("widened") == (isa == .avx2))
    }

    @Test func observersSeeRowMajorValuesAndNoCopies() throws {
        var builder = Builder(seed: 7)
        builder.convolution("x", zero: 3, to: "a", zero: 7)
        builder.convolution("a", zero: 7, to: "y", zero: 7)
        let (graph, feed) = (builder.finish("y"), builder.feed())
        func values(_ backend: any Backend) throws -> [String: Tensor] {
            let seen = Mutex<[String: Tensor]>([:])
            _ = try Session(graph, backend: backend, evaluator: reference).run(feed) { observation throws(HoneError) in
                for (name, view) in zip(observation.outputNames, try observation.outputs()) {
                    guard let name, let tensor = view?.copied() else { continue }
                    seen.withLock { $0[name] = tensor }
                }
            }
            return seen.withLock { $0 }
        }
        let seen = try values(backend)
        #expect(seen == (try values(reference)) && Set(seen.keys) == ["a", "y"])
    }
}
