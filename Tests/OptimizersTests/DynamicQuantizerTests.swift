import ModelGraph
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct DynamicQuantizerTests {
    private typealias Fixture = QuantizerFixture

    private static func quantize(
        _ graph: Graph, _ types: Set<String> = ["Gemm", "MatMul"], perTensor: Bool = false
    ) throws -> (graph: Graph, report: QuantizationReport) {
        var options = QuantizationOptions()
        options.perTensorWeights = perTensor
        return try DynamicQuantizer(types: types, options: options).quantize(graph)
    }

    private static func perceptron(_ product: [Node], _ constants: [String: Tensor], opset: Int = 13) -> Graph {
        Fixture.graph([Node("Flatten", name: "flat", inputs: ["x"], outputs: ["f"])] + product, constants, opset: opset)
    }

    /// Weights of a linear layer, whichever way they lie, come back within half a step of their channel.
    @Test(arguments: [(0, false), (1, false), (0, true), (1, true)] as [(Int64, Bool)])
    func weightsAreOffByHalfAStep(transB: Int64, perTensor: Bool) throws {
        var generator = SeededGenerator(seed: 141)
        let weights = Fixture.random(transB == 0 ? [192, 5] : [5, 192], -1...1, &generator)
        let graph = DynamicQuantizerTests.perceptron(
            [
                Node(
                    "Gemm", name: "gemm", inputs: ["f", "w", "b"], outputs: ["y"],
                    attributes: ["transB": .int(transB), "alpha": .float(0.5), "beta": .float(2)])
            ], ["w": weights, "b": Fixture.random([5], -1...1, &generator)], opset: 9)
        let (quantized, report) = try DynamicQuantizerTests.quantize(graph, perTensor: perTensor)
        #expect(quantized.opsets[""] == 13)
        #expect(
            quantized.types() == ["Flatten", "DynamicQuantizeLinear", "MatMulInteger", "Cast", "Mul", "Mul", "Add"])
        #expect(report.outcome("gemm") == .quantized && report.outcome("flat") != .quantized)
        #expect(quantized.initializers["w"] == nil)
        let integers = try #require(quantized.initializers["w_quantized"])
        let scales = try #require(quantized.initializers["w_scale"])
        #expect(integers.type == TensorType(.int8, [192, 5]) && scales.shape == (perTensor ? [] : [5]))
        let (values, steps, original) = (integers.floats(), scales.floats(), weights.floats())
        for row in 0..<192 {
            for column in 0..<5 {
                let step = steps[perTensor ? 0 : column]
                let real = original[transB == 0 ? row * 5 + column : column * 192 + row] * 0.5
                #expect(abs(values[row * 5 + column] * step - real) <= step / 2 * 1.0001)
            }
        }
        let x = Fixture.random([3, 3, 8, 8], -1...2, &generator)
        let pairs = zip(try Fixture.run(graph, x).floats(), try Fixture.run(quantized, x).floats())
        // Half a step of either operand for each of 192 products: 3 / 255 of the input, 0.5 / 127 of the weights.
        let bound: Float = 192 * (0.5 * 1.5 / 255 + 2 * 0.25 / 127)
        #expect(pairs.allSatisfy { abs($0 - $1) <= bound })
    }

    @Test func convolutionsOnRequest() throws {
        var generator = SeededGenerator(seed: 142)
        let graph = Fixture.graph(
            [
                Fixture.conv("left", ["x", "w1", "b"], "a"), Fixture.conv("right", ["x", "w2"], "c"),
                Node("Add", name: "add", inputs: ["a", "c"], outputs: ["y"]),
            ],
            [
                "w1": Fixture.random([3, 3, 3, 3], -1...1, &generator), "b": Fixture.random([3], -1...1, &generator),
                "w2": Fixture.random([3, 1, 3, 3], -1...1, &generator),
            ])
        var grouped = graph
        grouped.nodes[1].attributes["group"] = .int(3)
        let (quantized, _) = try DynamicQuantizerTests.quantize(grouped, ["Conv"])
        // One quantizer for what both read.
        #expect(quantized.types().count { $0 == "DynamicQuantizeLinear" } == 1)
        #expect(quantized.types().count { $0 == "ConvInteger" } == 2 && !quantized.types().contains("Conv"))
        #expect(quantized.initializers["w1_scale"]?.shape == [3, 1, 1])
        let x = Fixture.random([2, 3, 8, 8], -1...2, &generator)
        let pairs = zip(try Fixture.run(grouped, x).floats(), try Fixture.run(quantized, x).floats())
        let bound: Float = 36 * (1.5 / 255 + 2 * 0.5 / 127)
        #expect(pairs.allSatisfy { abs($0 - $1) <= bound })
    }

    @Test func whatHasNoIntegerFormStaysFloat() throws {
        var generator = SeededGenerator(seed: 143)
        let w = Fixture.random([192, 192], -1...1, &generator)
        // 66,311 * 255 * 127 still fits int32.
        let deep = Tensor([Float](repeating: 0.5, count: 2 * 66_312), shape: [66_312, 2])
        let graph = DynamicQuantizerTests.perceptron(
            [
                Node("MatMul", name: "self", inputs: ["f", "f"], outputs: ["p"]),
                Node("MatMul", name: "constant", inputs: ["w", "w"], outputs: ["q"]),
                Node("MatMul", name: "deep", inputs: ["p", "deep"], outputs: ["r"]),
                Node("MatMul", name: "plain", inputs: ["f", "w"], outputs: ["y"]),
            ], ["w": w, "deep": deep])
        let (quantized, report) = try DynamicQuantizerTests.quantize(graph)
        #expect(quantized.node("plain")?.operatorType == "Mul")
        #expect(report.outcome("deep") == .float(reason: "its sums could exceed int32"))
        #expect(report.floatCount == 4)
        #expect(throws: HoneError.self) { try DynamicQuantizerTests.quantize(graph, ["Conv"]) }
        #expect(throws: HoneError.self) { try DynamicQuantizerTests.quantize(graph, ["Relu"]) }
    }
}
