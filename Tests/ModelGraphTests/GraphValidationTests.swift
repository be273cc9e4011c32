import ModelGraph
import Tensors
import TestSupport
import Testing

@Suite struct GraphValidationTests {
    private func chain() -> TinyGraph {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        tiny.node("Relu", ["x"], ["a"])
        tiny.node("Relu", ["a"], ["y"])
        tiny.output("y")
        return tiny
    }

    /// Expects an error of that code whose line holds every one of `parts`.
    private func expectError(_ graph: Graph, _ code: HoneError.Code, _ parts: String...) {
        #expect { try graph.validate() } throws: { error in
            guard let error = error as? HoneError else { return false }
            let line = error.description
            return error.code == code && parts.allSatisfy { line.contains($0) }
        }
    }

    @Test func validGraphPasses() throws { try chain().graph.validate() }

    @Test func cycleNamesANodeOnIt() {
        var graph = chain().graph
        graph.nodes[0].inputs = ["y"]
        #expect { try graph.sortTopologically() } throws: { error in
            guard let error = error as? HoneError else { return false }
            return error.code == .invalidModel && error.message.contains("cycle")
                && error.node?.contains("a_node") == true
        }
    }

    @Test func sortingPutsProducersFirstAndKeepsTheRest() throws {
        var graph = chain().graph
        graph.nodes.reverse()
        expectError(graph, .invalidModel, "'a'", "y_node")
        try graph.sortTopologically()
        #expect(graph.nodes.map(\.name) == ["a_node", "y_node"])
    }

    /// Of the nodes that may go next, always the first of the file.
    @Test(arguments: 0..<20) func sortingTakesTheFirstOfTheReadyNodes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var tiny = TinyGraph()
        tiny.input("v0", [2])
        for number in 1...40 {
            let sources = (0..<2).map { _ in "v\(Int.random(in: 0..<number, using: &generator))" }
            tiny.node("Add", sources, ["v\(number)"])
        }
        tiny.graph.nodes.shuffle(using: &generator)
        var rest = tiny.graph.nodes
        var expected: [String] = []
        var known: Set = ["v0"]
        while let next = rest.firstIndex(where: { known.isSuperset(of: $0.inputs) }) {
            expected += rest[next].outputs
            known.formUnion(rest.remove(at: next).outputs)
        }
        try tiny.graph.sortTopologically()
        #expect(tiny.graph.nodes.flatMap(\.outputs) == expected, "seed \(seed)")
    }

    @Test(.timeLimit(.minutes(1))) func sortingTakesTimeInTheNumberOfNodes() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        let count = 100_000
        tiny.node("Sum", (0..<count).map { "v\($0)" }, ["y"])
        for number in 0..<count { tiny.node("Relu", ["x"], ["v\(number)"]) }
        try tiny.graph.sortTopologically()
        #expect(tiny.graph.nodes.first?.outputs == ["v0"] && tiny.graph.nodes.last?.outputs == ["y"])
    }

    @Test func workThatCannotBeCountedIsTheLargestNumber() throws {
        var tiny = TinyGraph()
        tiny.node("Conv", ["x", "w"], ["y"])
        let conv = try #require(try tiny.graph.decode(tiny.graph.nodes[0]) as? any MultiplyAccumulating)
        let (huge, small) = (TensorType(.float32, [1 << 19, 1 << 19]), TensorType(.float32, [2, 3, 5]))
        #expect(conv.multiplyAccumulateCount(inputs: [nil, huge], outputs: [huge]) == 1 << 57)
        let wide = TensorType(.float32, [1, 1 << 38])
        #expect(conv.multiplyAccumulateCount(inputs: [nil, wide], outputs: [wide]) == Int.max)
        #expect(conv.multiplyAccumulateCount(inputs: [nil, small], outputs: [small]) == 30 * 15)
    }

    @Test func secondProducerIsAnError() {
        var graph = chain().graph
        graph.nodes[1].outputs = ["a"]
        expectError(graph, .invalidModel, "'a' is already produced", "y_node")
    }

    @Test func outputOfNothingIsAnError() {
        var graph = chain().graph
        graph.outputs[0].name = "z"
        expectError(graph, .invalidModel, "graph output 'z'")
    }

    @Test func inputDeclaredTwiceIsAnError() {
        var graph = chain().graph
        graph.inputs.append(graph.inputs[0])
        expectError(graph, .invalidModel, "'x' is declared twice")
    }

    @Test func unknownOperatorIsNamed() {
        var graph = chain().graph
        graph.nodes[0].operatorType = "Frobnicate"
        expectError(graph, .unsupported, "'a_node' (Frobnicate, opset 13)", "is not supported")
    }

    @Test func unknownAttributeIsNamed() {
        var graph = chain().graph
        graph.nodes[0].attributes["slope"] = .float(1)
        expectError(graph, .unsupported, "attribute slope", "a_node")
    }

    @Test func opsetOutOfRangeNamesTheRange() {
        for opset in [1, 6, 26, 1000] {
            var graph = chain().graph
            graph.opsets[""] = opset
            expectError(graph, .unsupported, "opset \(opset) is not supported", "7 to 25")
        }
    }

    @Test func domainThatIsNotImportedIsAnError() {
        var graph = chain().graph
        graph.nodes[0].domain = "com.microsoft"
        expectError(graph, .invalidModel, "does not import", "com.microsoft")
    }

    @Test func wrongInputCountIsAnError() {
        var graph = chain().graph
        graph.nodes[0].inputs = ["x", "x"]
        expectError(graph, .invalidModel, "2 inputs and 1 outputs", "expected 1 and 1")
    }

    @Test func pipelineNamesThePassThatFailed() {
        var graph = chain().graph
        #expect {
            try PassPipeline([BreakingPass()]).run(on: &graph, evaluator: NoEvaluator())
        } throws: { error in
            (error as? HoneError)?.stages == ["pass breaking"]
        }
    }
}

private struct BreakingPass: GraphPass {
    static let name = "breaking"

    func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        graph.nodes.removeFirst()
        return 1
    }
}

private struct NoEvaluator: OperatorEvaluator {
    func evaluate(
        _ operator: any Operator, inputs: [Tensor?], outputTypes: [TensorType]
    ) throws(HoneError) -> [Tensor] {
        throw HoneError(.unsupported, "nothing is evaluated here")
    }
}
