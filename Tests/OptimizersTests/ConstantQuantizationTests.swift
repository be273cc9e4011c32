import ModelGraph
import Optimizers
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@Suite struct ConstantQuantizationTests {
    private typealias Fixture = QuantizerFixture

    @Test(arguments: [0, 1, 2, nil] as [Int?])
    func weightsAreOffByHalfAStep(axis: Int?) {
        var generator = SeededGenerator(seed: 71)
        let weights = Fixture.random([3, 4, 5], -2...2, &generator)
        let quantized = WeightQuantization(weights, axis: axis)
        #expect(quantized.scales.count == (axis.map { weights.shape[$0] } ?? 1))
        let strides = [20, 5, 1]
        let integers = quantized.values.elements(as: Int8.self)
        var reached = Set<Int>()
        for (index, value) in weights.elements(as: Float.self).enumerated() {
            let channel = axis.map { index / strides[$0] % weights.shape[$0] } ?? 0
            let scale = quantized.scales[channel]
            #expect(abs(Float(integers[index]) * scale - value) <= scale / 2 * 1.0001)
            #expect(integers[index] >= -127)
            if integers[index].magnitude == 127 { reached.insert(channel) }
        }
        #expect(reached.count == quantized.scales.count)
    }

    @Test func aZeroChannelTakesTheLargestScale() {
        let weights = Tensor([0, 0, 1, -2, 0.5, 0.25] as [Float], shape: [3, 2])
        let quantized = WeightQuantization(weights, axis: 0)
        let unit: Float = 1 / 127
        #expect(quantized.scales == [2 / 127 as Float, 2 / 127, 0.5 / 127] as [Float])
        #expect(WeightQuantization(Tensor(zeros: TensorType(.float32, [2, 2])), axis: nil).scales == [unit])
        let tiny = WeightQuantization(Tensor([.leastNonzeroMagnitude, 0] as [Float]), axis: nil)
        #expect(tiny.scales == [ActivationQuantization.scales.lowerBound])
    }

    @Test func aBiasThatWouldOverflowRaisesItsChannelsScale() throws {
        var weights = [Float](repeating: 1e-9, count: 2 * 27)
        for index in 27..<54 { weights[index] = 0.5 }
        let graph = Fixture.graph(
            [Fixture.conv("c", ["x", "w", "b"], "y")],
            ["w": Tensor(weights, shape: [2, 3, 3, 3]), "b": Tensor([1000, -3] as [Float])])
        var generator = SeededGenerator(seed: 72)
        let x = Fixture.random([1, 3, 8, 8], 0...1, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        #expect(report.entries.first?.weights?.raisedChannels == [0])
        let integers = try #require(quantized.initializers["b_quantized"]).elements(as: Int32.self)
        let scales = try #require(quantized.initializers["b_scale"]).elements(as: Float.self)
        #expect(integers[0] > 1 << 29 && integers[0] <= 1 << 30)
        #expect(abs(Float(integers[0]) * scales[0] - 1000) < 0.001)
        #expect(abs(Float(integers[1]) * scales[1] + 3) <= scales[1])
        let step = try #require(report.activation("y")).quantization.scale
        let difference = zip(try Fixture.run(quantized, x).floats(), try Fixture.run(graph, x).floats())
        #expect(difference.allSatisfy { abs($0 - $1) <= step })
    }

    @Test func sharedConstantsAreStoredOnceForEachSetOfScales() throws {
        var generator = SeededGenerator(seed: 73)
        let graph = Fixture.graph(
            [
                Fixture.conv("first", ["x", "w", "b"], "a"), Fixture.conv("second", ["a", "w", "b"], "c"),
                Fixture.conv("third", ["a", "w", "b"], "d"),
                Node("Add", name: "add", inputs: ["c", "d"], outputs: ["y"]),
            ],
            [
                "w": Fixture.random([3, 3, 3, 3], -1...1, &generator), "b": Fixture.random([3], -1...1, &generator),
            ])
        let x = Fixture.random([1, 3, 8, 8], -1...1, &generator)
        let (quantized, _) = try Fixture.quantize(graph, [x])
        let inputs = ["first", "second", "third"].compactMap { quantized.node($0)?.inputs }
        #expect(Set(inputs.map { $0[1] }) == ["w_dequantized"])
        #expect(inputs.map { $0[2] } == ["b_dequantized", "b_dequantized_1", "b_dequantized_1"])
        #expect(quantized.initializers["b_quantized"] != quantized.initializers["b_quantized_1"])
    }

    @Test func aScalarFactorIsExact() throws {
        let graph = Fixture.graph(
            [Node("Mul", name: "mul", inputs: ["x", "k"], outputs: ["y"])], ["k": Tensor(scalar: -0.3 as Float)])
        var generator = SeededGenerator(seed: 74)
        let (quantized, report) = try Fixture.quantize(graph, [Fixture.random([1, 3, 8, 8], -1...1, &generator)])
        #expect(report.outcome("mul") == .quantized)
        #expect(quantized.node("mul")?.inputs == ["x_dequantized", "k_dequantized"])
        let scale = try #require(quantized.initializers["k_scale"]).elements(as: Float.self)
        #expect(scale == [0.3])
        #expect(quantized.initializers["k_quantized"]?.elements(as: UInt8.self) == [0])
        #expect(quantized.initializers["k_zero_point"]?.elements(as: UInt8.self) == [1])
    }

    @Test func weightsThatAreNotFiniteStayFloat() throws {
        var weights = [Float](repeating: 1, count: 27)
        weights[3] = .nan
        let graph = Fixture.graph(
            [Fixture.conv("c", ["x", "w"], "a"), Node("Relu", inputs: ["a"], outputs: ["y"])],
            ["w": Tensor(weights, shape: [1, 3, 3, 3])])
        var record = CalibrationRecord(model: 0)
        [1 as Float].withUnsafeBufferPointer { record.add($0, samples: 1, to: "x") }
        let (quantized, report) = try Quantizer(evaluator: ReferenceBackend()).quantize(graph, calibration: record)
        #expect(report.outcome("c") == .float(reason: "its weights are not finite"))
        #expect(quantized.types() == ["Conv", "Relu"])
    }

    @Test func transposedConvolutionsScaleWhereOneChannelHasOneScale() throws {
        var generator = SeededGenerator(seed: 75)
        let cases: [(shape: [Int], group: Int, scales: [Int]?)] = [
            ([3, 2, 2, 2], 1, [2]), ([3, 1, 2, 2], 3, [3]), ([3, 2, 2, 2], 3, []), ([3, 2, 2, 2], 2, nil),
            ([3, 2, 2, 2], Int(Int32.max), nil), ([3, 2, 2, 2], -1, nil),
        ]
        for (shape, group, scales) in cases {
            let graph = Fixture.graph(
                [
                    Node(
                        "ConvTranspose", name: "up", inputs: ["x", "w", "b"], outputs: ["y"],
                        attributes: ["group": .int(Int64(group))])
                ],
                [
                    "w": Fixture.random(shape, -1...1, &generator),
                    "b": Fixture.random([group > 0 && group < 4 ? shape[1] * group : 1], -1...1, &generator),
                ])
            var record = CalibrationRecord(model: 0)
            for name in ["x", "y"] {
                [-1, 1 as Float].withUnsafeBufferPointer { record.add($0, samples: 1, to: name) }
            }
            guard let result = try? Quantizer(evaluator: ReferenceBackend()).quantize(graph, calibration: record) else {
                #expect(scales == nil)
                continue
            }
            #expect(result.graph.initializers["w_scale"]?.shape == scales, "group \(group)")
        }
    }
}
