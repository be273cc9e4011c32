import ModelGraph
import Optimizers
import Tensors
import TestSupport
import Testing

/// Which axis of its weights an operator's output channels are, and the guard of its bias, for every weighted operator.
@Suite struct WeightAxisTests {
    private typealias Fixture = QuantizerFixture

    struct Layer: CustomStringConvertible, Sendable {
        let description: String
        let type: String
        let weights: [Int]
        var attributes: [String: AttributeValue] = [:]
        let axis: Int
        let channels: Int
    }

    static let layers = [
        Layer(description: "Conv", type: "Conv", weights: [5, 3, 3, 3], axis: 0, channels: 5),
        Layer(
            description: "depthwise Conv", type: "Conv", weights: [6, 1, 3, 3], attributes: ["group": .int(3)], axis: 0,
            channels: 6),
        Layer(description: "ConvTranspose", type: "ConvTranspose", weights: [3, 4, 2, 2], axis: 1, channels: 4),
        Layer(
            description: "depthwise ConvTranspose", type: "ConvTranspose", weights: [3, 1, 2, 2],
            attributes: ["group": .int(3)], axis: 0, channels: 3),
        Layer(description: "Gemm", type: "Gemm", weights: [192, 4], axis: 1, channels: 4),
        Layer(
            description: "Gemm with transB", type: "Gemm", weights: [4, 192], attributes: ["transB": .int(1)], axis: 0,
            channels: 4),
        Layer(description: "MatMul", type: "MatMul", weights: [192, 4], axis: 1, channels: 4),
    ]

    private static func graph(_ layer: Layer, bias: Float, _ generator: inout SeededGenerator) -> Graph {
        let isProduct = layer.type == "Gemm" || layer.type == "MatMul"
        let hasBias = layer.type != "MatMul"
        var nodes = [Node("Flatten", name: "flat", inputs: ["x"], outputs: ["f"])]
        if !isProduct { nodes.removeAll() }
        nodes.append(
            Node(
                layer.type, name: "layer", inputs: [isProduct ? "f" : "x", "w"] + (hasBias ? ["b"] : []),
                outputs: ["y"], attributes: layer.attributes))
        var constants = ["w": Fixture.random(layer.weights, -1...1, &generator)]
        if hasBias {
            constants["b"] = Tensor([bias] + [Float](repeating: 0.5, count: layer.channels - 1))
        }
        return Fixture.graph(nodes, constants)
    }

    @Test(arguments: layers)
    func scalesLieAlongTheOutputChannels(layer: Layer) throws {
        var generator = SeededGenerator(seed: 151)
        let graph = WeightAxisTests.graph(layer, bias: 0.25, &generator)
        let x = Fixture.random([2, 3, 8, 8], -1...1, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        let dequantizer = try #require(quantized.producer(of: "w_dequantized"))
        #expect(dequantizer.attributes["axis"].map { "\($0)" } == "int(\(layer.axis))")
        #expect(quantized.initializers["w_scale"]?.shape == [layer.channels])
        let stored = try #require(quantized.initializers["w_quantized"])
        #expect(stored.type == TensorType(.int8, layer.weights) && quantized.initializers["w"] == nil)
        #expect(report.entries.last?.weights?.raisedChannels == [])
        let (scales, integers, values) = (
            try #require(quantized.initializers["w_scale"]).floats(), stored.floats(),
            try #require(graph.initializers["w"]).floats()
        )
        let inner = layer.weights[(layer.axis + 1)...].reduce(1, *)
        for (index, value) in values.enumerated() {
            let scale = scales[index / inner % layer.channels]
            #expect(abs(integers[index] * scale - value) <= scale / 2 * 1.0001)
        }
        let difference = zip(try Fixture.run(quantized, x).floats(), try Fixture.run(graph, x).floats())
        let step = try #require(report.activation("y")).quantization.scale
        let product: Float = 1.0 / 255 + 1.01 / 254
        let bound = Float(values.count / layer.channels) * product + 2 * step
        #expect(difference.allSatisfy { abs($0 - $1) <= bound })
    }

    /// A bias of 1e9 steps of the accumulator and more would wrap: its channel's scale grows, and no other.
    @Test(arguments: layers.filter { $0.type != "MatMul" })
    func aBiasThatIsTooLargeRaisesItsChannelAlone(layer: Layer) throws {
        var generator = SeededGenerator(seed: 152)
        let graph = WeightAxisTests.graph(layer, bias: 1e6, &generator)
        let x = Fixture.random([2, 3, 8, 8], -1...1, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        #expect(report.entries.last?.weights?.raisedChannels == [0])
        let integers = try #require(quantized.initializers["b_quantized"]).elements(as: Int32.self)
        let scales = try #require(quantized.initializers["b_scale"]).floats()
        #expect(integers.count == layer.channels && integers[0] > 1 << 29 && integers[0] <= 1 << 30)
        #expect(abs(Float(integers[0]) * scales[0] - 1e6) <= 1)
        #expect(abs(Float(integers[1]) * scales[1] - 0.5) <= scales[1])
    }
}
