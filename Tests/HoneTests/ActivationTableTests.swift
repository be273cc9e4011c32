import Hone
import ModelGraph
import Testing

/// A quantized network with the activations of MobileNetV3 and EfficientNet, as exporters write them.
@Suite struct ActivationTableTests {
    private static let activations = ["HardSwish", "SiLU", "Swish", "Sigmoid"]

    /// Convolutions of one image, an activation behind each; QuantizeLinear and DequantizeLinear around every node.
    private static func model() -> Model {
        var graph = Graph()
        graph.name = "activations"
        // Swish is of opset 24.
        graph.opsets = ["": 24]
        graph.irVersion = 11
        graph.inputs = [
            ValueInfo(name: "image", elementType: .float32, shape: [.symbolic("N"), .fixed(3), .fixed(9), .fixed(7)])
        ]
        graph.setInitializer("scale", Tensor(scalar: Float(0.03)))
        graph.setInitializer("point", Tensor(scalar: UInt8(121)))
        graph.setInitializer("weight_point", Tensor(scalar: Int8(0)))
        func add(_ type: String, _ inputs: [String], _ output: String, _ attributes: [String: AttributeValue] = [:]) {
            graph.nodes.append(
                Node(type, name: output + "_node", inputs: inputs, outputs: [output], attributes: attributes))
        }
        func quantized(_ value: String) -> String {
            add("QuantizeLinear", [value, "scale", "point"], value + "_q")
            add("DequantizeLinear", [value + "_q", "scale", "point"], value + "_dq")
            return value + "_dq"
        }
        var value = quantized("image")
        var channels = 3
        for (index, activation) in activations.enumerated() {
            let name = "layer\(index)"
            let (outputs, taps) = (5 + index, channels * 9)
            graph.setInitializer(
                name + "_w",
                Tensor(
                    (0..<outputs * taps).map { tap in Int8(truncatingIfNeeded: tap * 37 + index) },
                    shape: [outputs, channels, 3, 3]))
            graph.setInitializer(name + "_ws", Tensor(scalar: Float(0.4) / Float(taps)))
            add("DequantizeLinear", [name + "_w", name + "_ws", "weight_point"], name + "_wd")
            add("Conv", [value, name + "_wd"], name, ["pads": .ints([1, 1, 1, 1])])
            value = quantized(name)
            if activation == "SiLU" {
                add("Sigmoid", [value], name + "_gate")
                add("Mul", [value, quantized(name + "_gate")], name + "_a")
            } else {
                add(activation, [value], name + "_a")
            }
            value = quantized(name + "_a")
            channels = outputs
        }
        graph.outputs = [ValueInfo(name: value, elementType: .float32, shape: nil)]
        return Model(graph: graph)
    }

    @Test(arguments: ["reference", "cpu"]) func everyActivationIsOneTable(device: String) throws {
        let model = Self.model()
        let session = try model.session(on: Device(device))
        let steps = try PlanSummary(model, session: session, shapes: ["image": [2, 3, 9, 7]]).steps
        #expect(steps.filter { $0.operatorType == "hone.TableLookup" }.count == Self.activations.count)
        let left: Set = ["Sigmoid", "HardSwish", "Swish", "com.microsoft.QLinearSigmoid", "com.microsoft.QLinearMul"]
        #expect(left.isDisjoint(with: steps.map(\.operatorType)))
    }

    @Test func noBitChanges() throws {
        let model = Self.model()
        let pixels: [Float] = (0..<378).map { index in Float(index * 31 % 255 - 121) * 0.03 }
        let feed = ["image": Tensor(pixels, shape: [2, 3, 9, 7])]
        let expected = try model.session(on: .reference, fusing: false).run(feed)
        // Saturated or constant outputs would prove little.
        let values = try #require(expected.values.first).floats()
        #expect(Set(values).count > 10)
        for device in [Device.reference, .cpu] {
            #expect(try model.session(on: device).run(feed) == expected, "\(device)")
        }
    }
}
