import ModelGraph
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct MatrixProductQuantizationTests {
    private typealias Fixture = QuantizerFixture

    private static func perceptron(_ product: [Node], _ constants: [String: Tensor]) -> Graph {
        Fixture.graph([Node("Flatten", name: "flat", inputs: ["x"], outputs: ["f"])] + product, constants)
    }

    @Test func aMatMulAndItsBiasBecomeAGemm() throws {
        var generator = SeededGenerator(seed: 91)
        let graph = MatrixProductQuantizationTests.perceptron(
            [
                Node("MatMul", name: "product", inputs: ["f", "w"], outputs: ["p"]),
                Node("Add", name: "sum", inputs: ["p", "b"], outputs: ["s"]),
                Node("Relu", name: "relu", inputs: ["s"], outputs: ["y"]),
            ],
            ["w": Fixture.random([192, 5], -1...1, &generator), "b": Fixture.random([1, 5], -9...9, &generator)])
        let x = Fixture.random([3, 3, 8, 8], -1...1, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        #expect(quantized.node("product")?.operatorType == "Gemm")
        #expect(quantized.producer(of: "w_dequantized")?.attributes["axis"].map { "\($0)" } == "int(1)")
        #expect(quantized.initializers["b_quantized"]?.type == TensorType(.int32, [5]))
        #expect(report.outcome("relu") == .absorbed(into: "product"))
        let float = try Fixture.run(graph, x).floats()
        let integer = try Fixture.run(quantized, x).floats()
        // 192 products: half a step of either operand each, and the output's step.
        let step = try #require(report.activation("y")).quantization.scale
        let bound = 192 * (2.0 / 255 + 1.01 / 254) + step
        #expect(zip(float, integer).allSatisfy { abs($0 - $1) <= bound })

        var options = Fixture.minMax
        options.excludedNodes = ["sum"]
        let kept = try Fixture.quantize(graph, [x], options)
        #expect(kept.graph.node("product")?.operatorType == "MatMul")
        #expect(kept.report.outcome("sum") == .fused(into: "product"))
    }

    @Test func alphaAndBetaMoveIntoTheConstants() throws {
        var generator = SeededGenerator(seed: 92)
        let graph = MatrixProductQuantizationTests.perceptron(
            [
                Node(
                    "Gemm", name: "gemm", inputs: ["f", "w", "b"], outputs: ["y"],
                    attributes: ["alpha": .float(0.5), "beta": .float(-2), "transB": .int(1)])
            ],
            ["w": Fixture.random([4, 192], -1...1, &generator), "b": Tensor(scalar: 3 as Float)])
        let x = Fixture.random([2, 3, 8, 8], -1...1, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        let gemm = try #require(quantized.node("gemm"))
        #expect(gemm.attributes.keys.sorted() == ["transB"])
        #expect(quantized.initializers["w_scale"]?.shape == [4])
        #expect(quantized.initializers["b_quantized"]?.shape == [4])
        let step = try #require(report.activation("y")).quantization.scale
        let bound = 192 * 0.5 * (2.0 / 255 + 1.01 / 254) + step
        let difference = zip(try Fixture.run(graph, x).floats(), try Fixture.run(quantized, x).floats())
        #expect(difference.allSatisfy { abs($0 - $1) <= bound })
    }

    @Test func anOutputMayStayUnquantized() throws {
        var generator = SeededGenerator(seed: 93)
        let graph = MatrixProductQuantizationTests.perceptron(
            [Node("Gemm", name: "gemm", inputs: ["f", "w"], outputs: ["y"])],
            ["w": Fixture.random([192, 4], -1...1, &generator)])
        let x = Fixture.random([2, 3, 8, 8], -1...1, &generator)
        var options = Fixture.minMax
        options.quantizesOutputs = false
        let (quantized, _) = try Fixture.quantize(graph, [x], options)
        #expect(quantized.producer(of: "y")?.operatorType == "Gemm")
        #expect(quantized.initializers["w_quantized"]?.elementType == .int8)
    }

    @Test func twoActivationsAreMultipliedPerTensor() throws {
        var generator = SeededGenerator(seed: 94)
        let graph = Fixture.graph([Node("MatMul", name: "square", inputs: ["x", "x"], outputs: ["y"])], [:])
        let x = Fixture.random([1, 3, 8, 8], -1...1, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        #expect(report.outcome("square") == .quantized)
        #expect(quantized.node("square")?.inputs == ["x_dequantized", "x_dequantized"])
        let step = try #require(report.activation("y")).quantization.scale
        let bound = 8 * 2 * (2.01 / 255) + step
        let difference = zip(try Fixture.run(graph, x).floats(), try Fixture.run(quantized, x).floats())
        #expect(difference.allSatisfy { abs($0 - $1) <= bound })
    }
}
