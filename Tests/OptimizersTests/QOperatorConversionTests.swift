import ModelGraph
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct QOperatorConversionTests {
    private typealias Fixture = QuantizerFixture

    private static func options(_ format: QuantizedFormat, _ type: QuantizedType = .uint8) -> QuantizationOptions {
        var options = Fixture.minMax
        options.format = format
        options.activationType = type
        return options
    }

    private static func network(_ generator: inout SeededGenerator) -> Graph {
        Fixture.graph(
            [
                Fixture.conv("stem", ["x", "w1", "b1"], "a"), Node("Relu", name: "relu", inputs: ["a"], outputs: ["r"]),
                Fixture.conv("depthwise", ["r", "w2"], "d"),
                Node("Clip", name: "clip", inputs: ["d", "low", "high"], outputs: ["k"]),
                Node("Add", name: "add", inputs: ["k", "r"], outputs: ["s"]),
                Node(
                    "MaxPool", name: "pool", inputs: ["s"], outputs: ["p"], attributes: ["kernel_shape": .ints([8, 8])]),
                Node("Reshape", name: "flat", inputs: ["p", "shape"], outputs: ["f"]),
                Node("MatMul", name: "product", inputs: ["f", "w3"], outputs: ["y"]),
            ],
            [
                "w1": Fixture.random([4, 3, 3, 3], -1...1, &generator), "b1": Fixture.random([4], -1...1, &generator),
                "w2": Fixture.random([4, 1, 3, 3], -1...1, &generator), "low": Tensor(scalar: -0.5 as Float),
                "high": Tensor(scalar: 1.5 as Float), "shape": Tensor([0, -1] as [Int64]),
                "w3": Fixture.random([4, 5], -1...1, &generator),
            ])
    }

    @Test(arguments: QuantizedType.allCases)
    func theSameIntegersAsQDQ(type: QuantizedType) throws {
        var generator = SeededGenerator(seed: 131)
        var graph = QOperatorConversionTests.network(&generator)
        graph.nodes[2].attributes["group"] = .int(4)
        let x = Fixture.random([2, 3, 8, 8], -1...2, &generator)
        let qdq = try Fixture.quantize(graph, [x], QOperatorConversionTests.options(.qdq, type))
        let operators = try Fixture.quantize(graph, [x], QOperatorConversionTests.options(.qoperator, type))
        let types = operators.graph.types()
        #expect(types.count { $0 == "QLinearConv" } == 2 && types.count { $0 == "QLinearMatMul" } == 1)
        #expect(!types.contains("Conv") && !types.contains("MatMul"))
        // Only Add has no integer form: two dequantizers in front of it, and one at the end.
        #expect(types.count { $0 == "DequantizeLinear" } == 3 && types.count { $0 == "QuantizeLinear" } == 2)
        #expect(operators.graph.opsets.keys.sorted() == [""])
        #expect(
            operators.graph.metadata.last?.value.hasPrefix("static QOperator, activations \(type.rawValue)") == true)
        let integers = try #require(operators.graph.node("stem")).inputs
        #expect(operators.graph.initializers[integers[3]]?.elementType == .int8)
        #expect(operators.graph.initializers[integers[8]]?.elementType == .int32)
        // Run as the files mean it: Hone recognises the same integer operators in the QDQ form.
        var recognised = qdq.graph
        try PassPipeline.unfusedExecution.run(on: &recognised, evaluator: Fixture.backend)
        #expect(recognised.types().contains("QLinearConv"))
        #expect(try Fixture.run(recognised, x) == Fixture.run(operators.graph, x))
    }

    @Test func whatIsExcludedStaysFloat() throws {
        var generator = SeededGenerator(seed: 132)
        var graph = QOperatorConversionTests.network(&generator)
        graph.nodes[2].attributes["group"] = .int(4)
        var options = QOperatorConversionTests.options(.qoperator)
        options.excludedNodes = ["depthwise", "product"]
        let x = Fixture.random([2, 3, 8, 8], -1...2, &generator)
        let (quantized, _) = try Fixture.quantize(graph, [x], options)
        #expect(quantized.node("stem")?.operatorType == "QLinearConv")
        #expect(quantized.node("depthwise")?.operatorType == "Conv")
        #expect(quantized.node("product")?.operatorType == "MatMul")
        #expect(quantized.initializers["w2"]?.elementType == .float32)
    }
}
