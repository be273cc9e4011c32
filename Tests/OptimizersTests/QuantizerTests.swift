import ModelGraph
import Optimizers
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@Suite struct QuantizerTests {
    private typealias Fixture = QuantizerFixture

    /// Convolution, Relu, convolution: what both must be, and how far the result may be from float.
    @Test(arguments: [51, 52, 53, 54] as [UInt64])
    func aQuantizedChainStaysWithinItsSteps(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let first = Fixture.random([6, 3, 3, 3], -0.5...0.5, &generator)
        let second = Fixture.random([4, 6, 3, 3], -0.2...0.4, &generator)
        let graph = Fixture.graph(
            [
                Fixture.conv("first", ["x", "w1", "b1"], "a"),
                Node("Relu", name: "relu", inputs: ["a"], outputs: ["r"]),
                Fixture.conv("second", ["r", "w2"], "y"),
            ], ["w1": first, "b1": Fixture.random([6], -1...1, &generator), "w2": second])
        let x = Fixture.random([2, 3, 8, 8], -1...3, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])

        #expect(
            quantized.types() == [
                "QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "DequantizeLinear", "Conv", "QuantizeLinear",
                "DequantizeLinear", "DequantizeLinear", "Conv", "QuantizeLinear", "DequantizeLinear",
            ])
        #expect(report.outcome("relu") == .absorbed(into: "first"))
        #expect(quantized.node("first")?.inputs == ["x_dequantized", "w1_dequantized", "b1_dequantized"])
        #expect(quantized.node("first")?.outputs == ["r"])
        #expect(quantized.initializers["w1_quantized"]?.elementType == .int8)
        #expect(quantized.initializers["w1_scale"]?.shape == [6])
        #expect(quantized.initializers["b1_quantized"]?.elementType == .int32)
        #expect(quantized.initializers["w1"] == nil)
        #expect(quantized.outputs.map(\.name) == ["y"])
        #expect(quantized.inputs.first?.shape == graph.inputs.first?.shape)
        #expect(quantized.metadata.contains { $0.key == "hone.quantization" })

        // Errors add up: each activation is off by at most one step (half by rounding, half by the shifted range), each
        // weight by half a step of its channel, the bias by half of `sx * sw`.
        func step(_ value: String) throws -> Float {
            Float(try #require(report.activation(value)).quantization.scale)
        }
        func bound(_ weights: Tensor, input: Float, inputMagnitude: Float, output: Float) -> Float {
            let size = weights.shape.dropFirst().reduce(1, *)
            let values = weights.elements(as: Float.self)
            return (0..<weights.shape[0]).map { channel in
                let row = values[(channel * size)..<((channel + 1) * size)].map(\.magnitude)
                let weightStep = (row.max() ?? 0) / 127
                return row.reduce(0, +) * input + Float(size) * (weightStep / 2) * (inputMagnitude + input)
                    + input * weightStep / 2 + output
            }.max() ?? 0
        }
        let afterFirst = bound(first, input: try step("x"), inputMagnitude: 3, output: try step("r"))
        let largest = try #require(report.activation("r")).range.high
        let limit = bound(second, input: afterFirst, inputMagnitude: largest, output: try step("y")) * 1.001
        let float = try Fixture.run(graph, x).floats()
        let integer = try Fixture.run(quantized, x).floats()
        let worst = zip(float, integer).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= limit)
        // The bound adds magnitudes; errors mostly cancel. Far below it, and not zero.
        #expect(worst > 0 && worst < limit / 2)
    }

    @Test func aResidualAdditionAndItsReluAreQuantized() throws {
        var generator = SeededGenerator(seed: 61)
        let graph = Fixture.graph(
            [
                Fixture.conv("c", ["x", "w"], "a"), Node("Add", name: "add", inputs: ["a", "x"], outputs: ["s"]),
                Node("Relu", name: "relu", inputs: ["s"], outputs: ["r"]),
                Node("Softmax", name: "softmax", inputs: ["r"], outputs: ["y"]),
            ], ["w": Fixture.random([3, 3, 3, 3], -0.5...0.5, &generator)])
        let x = Fixture.random([1, 3, 8, 8], -2...2, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        #expect(quantized.node("add")?.inputs == ["a_dequantized", "x_dequantized"])
        #expect(quantized.node("add")?.outputs == ["r"])
        #expect(report.outcome("softmax") == .float(reason: "operator Softmax is not quantized"))
        // What stays float reads the dequantized value.
        #expect(quantized.node("softmax")?.inputs == ["r_dequantized"])
        #expect(quantized.node("softmax")?.outputs == ["y"])
        #expect(report.floatCount == 1)
    }

    @Test func aConcatenationSharesTheScaleOfInputsThatOnlyItReads() throws {
        var generator = SeededGenerator(seed: 62)
        let graph = Fixture.graph(
            [
                Fixture.conv("left", ["x", "w1"], "a"), Fixture.conv("right", ["x", "w2"], "b"),
                Node("Concat", name: "join", inputs: ["a", "b", "x"], outputs: ["y"], attributes: ["axis": .int(1)]),
            ],
            [
                "w1": Fixture.random([2, 3, 3, 3], -0.5...0.5, &generator),
                "w2": Fixture.random([2, 3, 3, 3], -0.1...0.1, &generator),
            ])
        let x = Fixture.random([1, 3, 8, 8], -2...2, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        #expect(report.activation("a")?.sharedWith == "y")
        #expect(report.activation("b")?.sharedWith == "y")
        #expect(report.activation("x")?.sharedWith == "x")
        #expect(quantized.producer(of: "a_quantized")?.inputs == ["a", "y_scale", "y_zero_point"])
        // Graph outputs keep their name; the float one before the quantizer gets another.
        #expect(quantized.producer(of: "y")?.operatorType == "DequantizeLinear")
        #expect(quantized.node("join")?.outputs == ["y_float"])
    }

    @Test func whatMovesIntegersSharesTheirScale() throws {
        var generator = SeededGenerator(seed: 63)
        let graph = Fixture.graph(
            [
                Node(
                    "Transpose", name: "turn", inputs: ["x"], outputs: ["t"], attributes: ["perm": .ints([0, 1, 3, 2])]),
                Fixture.conv("c", ["t", "w"], "a"),
                Node("Reshape", name: "flat", inputs: ["a", "shape"], outputs: ["y"]),
            ], ["w": Fixture.random([2, 3, 3, 3], -1...1, &generator), "shape": Tensor([0, -1] as [Int64])])
        let x = Fixture.random([1, 3, 8, 8], -2...2, &generator)
        let (quantized, report) = try Fixture.quantize(graph, [x])
        #expect(report.outcome("turn") == .passedThrough && report.outcome("flat") == .passedThrough)
        #expect(report.activation("t")?.sharedWith == "x")
        #expect(report.activation("y")?.sharedWith == "a")
        #expect(quantized.node("flat")?.inputs == ["a_dequantized", "shape"])
        #expect(quantized.initializers["shape"]?.elementType == .int64)
    }

    @Test func aClipGoesOnlyWhereSaturationDoesTheSame() throws {
        var generator = SeededGenerator(seed: 64)
        let constants = [
            "w": Fixture.random([3, 3, 3, 3], -1...1, &generator), "low": Tensor(scalar: 0 as Float),
            "high": Tensor(scalar: 6 as Float),
        ]
        let graph = Fixture.graph(
            [
                Fixture.conv("c", ["x", "w"], "a"),
                Node("Clip", name: "clip", inputs: ["a", "low", "high"], outputs: ["y"]),
            ], constants)
        // Wide inputs reach both bounds; narrow ones leave the range below 6, so that saturation clips earlier.
        for (magnitude, isGone) in [(5 as Float, true), (0.01, true)] {
            let x = Fixture.random([1, 3, 8, 8], -magnitude...magnitude, &generator)
            let (_, report) = try Fixture.quantize(graph, [x])
            #expect((report.outcome("clip") == .absorbed(into: "c")) == isGone)
        }
        var shifted = graph
        shifted.setInitializer("low", Tensor(scalar: -1.01 as Float))
        shifted.setInitializer("high", Tensor(scalar: 0.5 as Float))
        // Calibrated on other data than Clip's own output, the range is wider than the bounds.
        var record = CalibrationRecord(model: 0)
        for name in ["x", "y"] {
            [-4, 4 as Float].withUnsafeBufferPointer { record.add($0, samples: 1, to: name) }
        }
        let kept = try Quantizer(options: Fixture.minMax, evaluator: ReferenceBackend()).quantize(
            shifted, calibration: record)
        #expect(kept.report.outcome("clip") == .fused(into: "c"))
        #expect(kept.graph.types().contains("Clip"))
    }

    @Test func excludedNodesStayFloat() throws {
        var generator = SeededGenerator(seed: 65)
        let weights = Fixture.random([3, 3, 3, 3], -1...1, &generator)
        let graph = Fixture.graph(
            [Fixture.conv("first", ["x", "w"], "a"), Fixture.conv("second", ["a", "w"], "y")], ["w": weights])
        let x = Fixture.random([1, 3, 8, 8], -2...2, &generator)
        var options = Fixture.minMax
        options.excludedNodes = ["second"]
        let (quantized, report) = try Fixture.quantize(graph, [x], options)
        #expect(report.outcome("second") == .float(reason: "excluded by name"))
        #expect(quantized.node("second")?.inputs == ["a_dequantized", "w"])
        #expect(quantized.initializers["w"] == weights)
        options.excludedNodes = []
        options.excludedOperators = ["Conv"]
        let untouched = try Fixture.quantize(graph, [x], options)
        #expect(untouched.graph.types() == ["Conv", "Conv"])
    }

    @Test func noCalibrationDataIsAnError() throws {
        let graph = Fixture.graph(
            [Fixture.conv("c", ["x", "w"], "y")], ["w": Tensor(zeros: TensorType(.float32, [1, 3, 3, 3]))])
        #expect {
            try Quantizer(evaluator: ReferenceBackend()).quantize(graph, calibration: CalibrationRecord(model: 0))
        } throws: { error in
            (error as? HoneError)?.code == .invalidInput
        }
    }

    @Test func calibrationDataWithoutAFiniteNumberAreAnError() throws {
        let weights = Tensor([Float](repeating: 1, count: 27), shape: [1, 3, 3, 3])
        let graph = Fixture.graph([Fixture.conv("c", ["x", "w"], "y")], ["w": weights])
        #expect {
            try Fixture.quantize(graph, [Tensor([Float](repeating: .nan, count: 192), shape: [1, 3, 8, 8])])
        } throws: { error in
            (error as? HoneError)?.code == .invalidInput && "\(error)".contains("'x'")
        }
        // Of data that are finite in part, the rest makes the range.
        var values = [Float](repeating: -1, count: 192)
        values[7] = .nan
        values[90] = 2
        let (_, report) = try Fixture.quantize(graph, [Tensor(values, shape: [1, 3, 8, 8])])
        #expect(report.activation("x")?.range.high == 2)
    }

    @Test func aBatchIsTheSameAsItsSamples() throws {
        var generator = SeededGenerator(seed: 66)
        let graph = Fixture.graph(
            [Fixture.conv("c", ["x", "w"], "a"), Node("Relu", name: "r", inputs: ["a"], outputs: ["y"])],
            ["w": Fixture.random([2, 3, 3, 3], -1...1, &generator)])
        let batch = Fixture.random([4, 3, 8, 8], -2...2, &generator)
        let samples = (0..<4).map { index in
            Tensor(Array(batch.elements(as: Float.self)[(index * 192)..<((index + 1) * 192)]), shape: [1, 3, 8, 8])
        }
        let together = try Fixture.record(graph, [batch], Fixture.minMax)
        #expect(together.statistics.keys.sorted() == ["x", "y"])
        #expect(try Fixture.record(graph, samples.reversed(), Fixture.minMax) == together)
        var merged = try Fixture.record(graph, Array(samples[2...]), Fixture.minMax)
        try merged.merge(try Fixture.record(graph, Array(samples[..<2]), Fixture.minMax))
        #expect(merged == together)
    }
}
