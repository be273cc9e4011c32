import ModelGraph
import Optimizers
import Tensors
import Testing

@Suite struct NodeSelectionTests {
    private static var graph: Graph {
        QuantizerFixture.graph(
            [
                Node("Conv", name: "block1/conv1", inputs: ["x", "w"], outputs: ["a"]),
                Node("Relu", name: "block1/relu", inputs: ["a"], outputs: ["b"]),
                Node("Conv", name: "block10/conv1", inputs: ["b", "w"], outputs: ["c"]),
                Node("Relu", inputs: ["c"], outputs: ["d"]),
                Node("Identity", name: "odd*name", inputs: ["d"], outputs: ["y"]),
            ], [:])
    }

    @Test(arguments: [
        ("block1/conv1", ["block1/conv1"]), ("block1/*", ["block1/conv1", "block1/relu"]),
        ("block*/conv?", ["block1/conv1", "block10/conv1"]), ("*conv*", ["block1/conv1", "block10/conv1"]),
        ("d", ["d"]), ("odd*name", ["odd*name"]),
        ("*", ["block1/conv1", "block1/relu", "block10/conv1", "d", "odd*name"]),
    ])
    func patternsNameNodes(pattern: String, names: [String]) throws {
        let selection = try NodeSelection([pattern], in: NodeSelectionTests.graph)
        #expect(selection.nodes == Set(names) && selection.operators.isEmpty)
    }

    @Test func typesNameOperators() throws {
        let selection = try NodeSelection(["type:Conv", "block1/relu"], in: NodeSelectionTests.graph)
        #expect(selection.operators == ["Conv"] && selection.nodes == ["block1/relu"])
    }

    @Test(arguments: [
        ("block1/convl", "'block1/conv1'"), ("blok1/*", "'block1/"), ("type:conv", "Conv, Identity, Relu"),
        ("Block1", "block1"), ("conv1*x", "conv1'"),
    ])
    func whatMatchesNothingIsAnErrorWithNearNames(pattern: String, hint: String) {
        let error = #expect(throws: HoneError.self) {
            try NodeSelection(["block1/relu", pattern], in: NodeSelectionTests.graph)
        }
        #expect(error?.code == .invalidOption)
        #expect(error?.remedy?.contains(hint) == true, "\(error?.remedy ?? "no remedy")")
    }

    @Test func aNodeWithoutANameStaysFloatByItsOutput() throws {
        var options = QuantizerFixture.minMax
        let graph = QuantizerFixture.graph(
            [Node("AveragePool", inputs: ["x"], outputs: ["y"], attributes: ["kernel_shape": .ints([2, 2])])], [:])
        options.excludedNodes = try NodeSelection(["y"], in: graph).nodes
        let x = Tensor(zeros: TensorType(.float32, [1, 3, 8, 8]))
        #expect(try QuantizerFixture.quantize(graph, [x], options).report.floatCount == 1)
    }
}
