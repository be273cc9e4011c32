import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@Suite struct QDQElementwiseTests {
    private static let zeroPoint = Tensor(scalar: UInt8(7))

    /// Quantized inputs "a" and "b" with their float values "ad" and "bd", of awkward scales.
    private func operands(_ shape: [Int], second: [Int]? = nil, equal: Bool = false) -> TinyGraph {
        var tiny = TinyGraph()
        tiny.input("a", shape.map { $0 }, .uint8)
        tiny.input("b", (second ?? shape).map { $0 }, .uint8)
        tiny.dequantize("a", "ad", scale: Tensor(scalar: Float(0.037)), zeroPoint: Self.zeroPoint)
        tiny.dequantize(
            "b", "bd", scale: Tensor(scalar: Float(equal ? 0.037 : 0.0113)),
            zeroPoint: equal ? Self.zeroPoint : Tensor(scalar: UInt8(120)))
        return tiny
    }

    /// Quantizes with the parameters of "a", or others, and compares the fused graph with the unfused one.
    private func check(
        _ tiny: TinyGraph, _ value: String, scale: Float, becomes expected: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var tiny = tiny
        tiny.quantize(value, "y", scale: scale, zeroPoint: Self.zeroPoint)
        tiny.output("y")
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval(), sourceLocation: sourceLocation)
        #expect(fused.operatorTypes == expected, sourceLocation: sourceLocation)
        var random = RandomTensors(seed: 71)
        var feed: [String: Tensor] = [:]
        for input in tiny.graph.inputs {
            feed[input.name] = random.integers(UInt8.self, (input.shape ?? []).compactMap(\.size))
        }
        #expect(try tiny.graph.run(feed) == fused.run(feed), sourceLocation: sourceLocation)
    }

    @Test func additionAndProduct() throws {
        for (type, activation) in [("Add", false), ("Mul", false), ("Add", true), ("Mul", true)] {
            var tiny = operands([2, 3, 8], second: [3, 1])
            tiny.node(type, ["ad", "bd"], ["s"])
            if activation { tiny.node("Relu", ["s"], ["r"]) }
            let fused =
                switch (type, activation) {
                case ("Add", true): ["hone.QLinearAdd"]
                case (_, true): ["com.microsoft.QLinear\(type)", "hone.Clamp"]
                default: ["com.microsoft.QLinear\(type)"]
                }
            try check(tiny, activation ? "r" : "s", scale: 0.041, becomes: fused)
        }
    }

    @Test func additionOfAFloatConstantStays() throws {
        var tiny = operands([2, 3])
        tiny.constant("k", Tensor([Float(1), 2, 3]))
        tiny.node("Add", ["ad", "k"], ["s"])
        try check(tiny, "s", scale: 0.041, becomes: ["DequantizeLinear", "Add", "QuantizeLinear"])
    }

    @Test func functionsOfOneTensor() throws {
        for type in ["Sigmoid", "LeakyRelu", "Softmax"] {
            var tiny = operands([4, 10])
            tiny.node(type, ["ad"], ["s"])
            try check(tiny, "s", scale: 0.0039, becomes: ["com.microsoft.QLinear\(type)"])
        }
    }

    @Test func averagePools() throws {
        var tiny = operands([1, 3, 6, 6])
        tiny.node("GlobalAveragePool", ["ad"], ["s"])
        try check(tiny, "s", scale: 0.02, becomes: ["com.microsoft.QLinearGlobalAveragePool"])
        tiny = operands([1, 3, 6, 6])
        tiny.node(
            "AveragePool", ["ad"], ["s"], ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])])
        try check(tiny, "s", scale: 0.02, becomes: ["com.microsoft.QLinearAveragePool"])
    }

    @Test func concatenation() throws {
        var tiny = operands([2, 3])
        tiny.node("Concat", ["ad", "bd"], ["s"], ["axis": .int(1)])
        try check(tiny, "s", scale: 0.037, becomes: ["com.microsoft.QLinearConcat"])
        tiny = operands([2, 3], equal: true)
        tiny.node("Concat", ["ad", "bd"], ["s"], ["axis": .int(1)])
        try check(tiny, "s", scale: 0.037, becomes: ["Concat"])
    }

    @Test func selectionsWithEqualParametersWorkOnIntegers() throws {
        let shape = [1, 4, 6, 6]
        let integers: [(type: String, inputs: [Tensor], attributes: [String: AttributeValue])] = [
            ("MaxPool", [], ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])]),
            ("Reshape", [Tensor([Int64(1), -1])], [:]),
            ("Flatten", [], [:]),
            ("Transpose", [], ["perm": .ints([0, 2, 3, 1])]),
            ("Slice", [Tensor([Int64(1)]), Tensor([Int64(3)]), Tensor([Int64(2)])], [:]),
            ("Squeeze", [Tensor([Int64(0)])], [:]),
            ("Unsqueeze", [Tensor([Int64(0)])], [:]),
            ("DepthToSpace", [], ["blocksize": .int(2)]),
            ("SpaceToDepth", [], ["blocksize": .int(2)]),
            ("Gather", [Tensor([Int64(2), 0])], ["axis": .int(1)]),
            ("Tile", [Tensor([Int64(1), 2, 1, 1])], [:]),
            ("Expand", [Tensor([Int64(2), 4, 6, 6])], [:]),
            ("Pad", [Tensor([Int64(0), 0, 1, 1, 0, 0, 2, 0])], [:]),
            (
                "Resize", [Tensor([Float]()), Tensor([Float(1), 1, 2, 2])],
                ["coordinate_transformation_mode": .string("asymmetric"), "nearest_mode": .string("floor")]
            ),
        ]
        for entry in integers {
            var tiny = operands(shape)
            let inputs = entry.inputs.enumerated().map { tiny.constant("i\($0)", $1) }
            tiny.node(entry.type, ["ad"] + inputs, ["s"], entry.attributes)
            try check(tiny, "s", scale: 0.037, becomes: [entry.type])
            // With other parameters the float form stays.
            try check(tiny, "s", scale: 0.05, becomes: ["DequantizeLinear", entry.type, "QuantizeLinear"])
        }
    }

    @Test func padWithAFillBetweenTheSteps() throws {
        for (fill, isExact) in [(Float(0.037) * 10, true), (0.05, false), (1000, false)] {
            var tiny = operands([2, 3])
            tiny.constant("pads", Tensor([Int64(0), 1, 0, 2]))
            tiny.constant("fill", Tensor(scalar: fill))
            tiny.node("Pad", ["ad", "pads", "fill"], ["s"])
            try check(
                tiny, "s", scale: 0.037, becomes: isExact ? ["Pad"] : ["DequantizeLinear", "Pad", "QuantizeLinear"])
        }
    }

    @Test func splitWorksOnIntegersIfAllPartsAreQuantizedAlike() throws {
        for scale in [Float(0.037), 0.05] {
            var tiny = operands([2, 4])
            tiny.node("Split", ["ad"], ["s", "t"], ["axis": .int(1)])
            tiny.quantize("t", "z", scale: scale, zeroPoint: Self.zeroPoint)
            tiny.output("z")
            let isEqual = scale == 0.037
            try check(
                tiny, "s", scale: 0.037,
                becomes: isEqual ? ["Split"] : ["DequantizeLinear", "Split", "QuantizeLinear", "QuantizeLinear"])
        }
    }

    @Test func activationBetweenEqualParametersBecomesAClamp() throws {
        var tiny = operands([2, 3])
        tiny.constant("high", Tensor(scalar: Float(2)))
        tiny.node("Clip", ["ad", "", "high"], ["c"])
        tiny.node("Relu", ["c"], ["s"])
        try check(tiny, "s", scale: 0.037, becomes: ["hone.Clamp"])
    }

    @Test func requantizationWithEqualParametersGoes() throws {
        var tiny = operands([2, 3])
        tiny.node("Flatten", ["ad"], ["f"])
        tiny.quantize("f", "q", scale: 0.037, zeroPoint: Self.zeroPoint)
        tiny.dequantize("q", "d", scale: Tensor(scalar: Float(0.037)), zeroPoint: Self.zeroPoint)
        try check(tiny, "d", scale: 0.037, becomes: ["Flatten"])
        try check(tiny, "d", scale: 0.05, becomes: ["Flatten", "DequantizeLinear", "QuantizeLinear"])
    }

    @Test func equalQuantizationsOfOneValueAreOne() throws {
        var tiny = operands([2, 3])
        tiny.node("Add", ["ad", "bd"], ["s"])
        for name in ["q", "r"] {
            tiny.quantize("s", name, scale: 0.04, zeroPoint: Self.zeroPoint)
            tiny.dequantize(name, name + "d", scale: Tensor(scalar: Float(0.04)), zeroPoint: Self.zeroPoint)
        }
        tiny.node("Mul", ["qd", "rd"], ["p"])
        try check(tiny, "p", scale: 0.2, becomes: ["com.microsoft.QLinearAdd", "com.microsoft.QLinearMul"])
    }

    @Test func nothingIsRecognisedBeforeOpsetTen() throws {
        var tiny = operands([2, 3])
        tiny.node("Flatten", ["ad"], ["f"])
        tiny.quantize("f", "y", scale: 0.037, zeroPoint: Self.zeroPoint)
        tiny.output("y")
        tiny.graph.opsets[""] = 9
        var graph = tiny.graph
        #expect(try QDQRecognition().run(on: &graph, evaluator: ReferenceBackend()) == 0)
    }
}
