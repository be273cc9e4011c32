import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@Suite struct QDQLinearTests {
    @Test func convolutionBecomesQLinearConv() throws {
        var random = RandomTensors(seed: 51)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [1, 2, 5, 5], weight: [4, 2, 3, 3], channelAxis: 0, &random)
        tiny.node("Conv", ["xd", "wd", "bd"], ["c"], ["pads": .ints([1, 1, 1, 1])])
        tiny.quantizeOutput("c")
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["QLinearConv"])
        #expect(fused.nodes[0].name == "c_node")
        #expect(fused.nodes[0].input(8) == "b")
        let feed = ["x": random.integers(Int8.self, [1, 2, 5, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func absentZeroPointsAndPerTensorWeightsAreMadeExplicit() throws {
        var random = RandomTensors(seed: 52)
        var tiny = TinyGraph()
        tiny.input("x", [1, 2, 5, 5], .uint8)
        tiny.dequantize("x", "xd", scale: Tensor([Float(0.5)]), zeroPoint: nil)
        tiny.constant("w", random.integers(UInt8.self, [4, 2, 3, 3]))
        tiny.dequantize("w", "wd", scale: Tensor(scalar: Float(0.25)), zeroPoint: Tensor(scalar: UInt8(131)))
        tiny.node("Conv", ["xd", "wd"], ["c"])
        tiny.quantizeOutput("c")
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["QLinearConv"])
        let shapes = fused.nodes[0].inputs.map { fused.initializers[$0]?.shape }
        #expect(shapes == [nil, [], [], [4, 2, 3, 3], [], [], [], []])
        let feed = ["x": random.integers(UInt8.self, [1, 2, 5, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func biasWithOtherStepsIsRoundedToThem() throws {
        var random = RandomTensors(seed: 53)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [1, 2, 5, 5], weight: [4, 2, 3, 3], channelAxis: 0, &random)
        // Steps are 1/32, 1/16, 1/128 and 1/8.
        tiny.constant("fb", Tensor([Float(1), -0.3, 0.01, 0.0625]))
        tiny.node("Conv", ["xd", "wd", "fb"], ["c"])
        tiny.quantizeOutput("c")
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["QLinearConv"])
        #expect(fused.nodes[0].input(8).flatMap { fused.initializers[$0] } == Tensor([Int32(32), -5, 1, 0]))
    }

    @Test func biasBeyondInt32LeavesTheFloatForm() throws {
        var random = RandomTensors(seed: 54)
        for value in [Float(1e9), .infinity, .nan] {
            var tiny = TinyGraph()
            tiny.quantizedOperands(input: [1, 2, 5, 5], weight: [4, 2, 3, 3], channelAxis: 0, &random)
            tiny.constant("fb", Tensor([Float(1), -0.3, 0.01, value]))
            tiny.node("Conv", ["xd", "wd", "fb"], ["c"])
            tiny.quantizeOutput("c")
            let kept = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
            #expect(kept.operatorTypes.contains("Conv"))
        }
    }

    @Test(arguments: ["Relu", "Clip"]) func activationBecomesBounds(type: String) throws {
        var random = RandomTensors(seed: 55)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [1, 2, 5, 5], weight: [4, 2, 3, 3], channelAxis: 0, &random)
        tiny.constant("low", Tensor(scalar: Float(-100)))
        tiny.constant("high", Tensor(scalar: Float(250)))
        tiny.node("Conv", ["xd", "wd", "bd"], ["c"])
        tiny.node(type, type == "Clip" ? ["c", "low", "high"] : ["c"], ["r"])
        tiny.quantizeOutput("r")
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["hone.QLinearConv"])
        #expect(fused.nodes[0].int("lowest") == (type == "Clip" ? -11 : -5))
        #expect(fused.nodes[0].int("highest") == (type == "Clip" ? 11 : 127))
        let feed = ["x": random.integers(Int8.self, [1, 2, 5, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func reluThatTheRangeImpliesNeedsNoBounds() throws {
        var random = RandomTensors(seed: 56)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [1, 2, 5, 5], weight: [4, 2, 3, 3], channelAxis: 0, &random)
        tiny.node("Conv", ["xd", "wd", "bd"], ["c"])
        tiny.node("Relu", ["c"], ["r"])
        tiny.quantize("r", "y", scale: 8, zeroPoint: Tensor(scalar: UInt8(0)))
        tiny.output("y")
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["QLinearConv"])
        let feed = ["x": random.integers(Int8.self, [1, 2, 5, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func floatResultWithAnotherUserStaysFloat() throws {
        var random = RandomTensors(seed: 57)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [1, 2, 5, 5], weight: [4, 2, 3, 3], channelAxis: 0, &random)
        tiny.node("Conv", ["xd", "wd"], ["c"])
        tiny.quantizeOutput("c")
        tiny.node("Neg", ["c"], ["n"])
        tiny.output("n")
        #expect(try tiny.graph.after(QDQRecognition()).operatorTypes.contains("Conv"))
    }

    @Test func chainReadsIntegersThroughout() throws {
        var random = RandomTensors(seed: 58)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [1, 4, 5, 5], weight: [4, 4, 1, 1], channelAxis: 0, &random)
        tiny.node("Conv", ["xd", "wd", "bd"], ["c"])
        tiny.quantize("c", "q", scale: 16, zeroPoint: Tensor(scalar: Int8(2)))
        tiny.dequantize("q", "d", scale: Tensor(scalar: Float(16)), zeroPoint: Tensor(scalar: Int8(2)))
        tiny.node("Conv", ["d", "wd"], ["e"])
        tiny.quantize("e", "f", scale: 64, zeroPoint: Tensor(scalar: Int8(0)))
        tiny.dequantize("f", "g", scale: Tensor(scalar: Float(64)), zeroPoint: Tensor(scalar: Int8(0)))
        tiny.node("Add", ["g", "d"], ["h"])
        tiny.quantizeOutput("h", scale: 128)
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["QLinearConv", "QLinearConv", "com.microsoft.QLinearAdd"])
        let feed = ["x": random.integers(Int8.self, [1, 4, 5, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
        let marked = try fused.after(ResidualAddMarking())
        #expect(marked.nodes[2].annotations[ResidualAddMarking.key] == "f")
    }

    @Test(arguments: [false, true]) func gemmBecomesQGemm(isTransposed: Bool) throws {
        var random = RandomTensors(seed: 59)
        var tiny = TinyGraph()
        tiny.quantizedOperands(
            input: [3, 8], weight: isTransposed ? [4, 8] : [8, 4], channelAxis: isTransposed ? 0 : 1, &random)
        tiny.node("Gemm", ["xd", "wd", "bd"], ["c"], ["transB": .int(isTransposed ? 1 : 0)])
        tiny.quantizeOutput("c")
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["com.microsoft.QGemm"])
        let feed = ["x": random.integers(Int8.self, [3, 8])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func transposedWeightsAreTransposedOnce() throws {
        var random = RandomTensors(seed: 64)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [3, 8], weight: [4, 8], channelAxis: 0, &random)
        tiny.node("Transpose", ["wd"], ["wt"], ["perm": .ints([1, 0])])
        tiny.node("MatMul", ["xd", "wt"], ["m"])
        tiny.quantizeOutput("m")
        let fused = try tiny.graph.after(QuantizedWeightTransposition(), QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["QLinearMatMul"])
        let feed = ["x": random.integers(Int8.self, [3, 8])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func scaledGemmStaysFloat() throws {
        var random = RandomTensors(seed: 60)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [3, 8], weight: [8, 4], channelAxis: 1, &random)
        tiny.node("Gemm", ["xd", "wd", "bd"], ["c"], ["alpha": .float(2)])
        tiny.quantizeOutput("c")
        #expect(try tiny.graph.after(QDQRecognition(), DeadNodeRemoval()).operatorTypes.contains("Gemm"))
    }

    @Test(arguments: [false, true]) func matMulBecomesQLinearMatMulOrQGemm(hasBias: Bool) throws {
        var random = RandomTensors(seed: 61)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [3, 8], weight: [8, 4], channelAxis: 1, &random)
        tiny.node("MatMul", ["xd", "wd"], ["m"])
        if hasBias { tiny.node("Add", ["m", "bd"], ["a"]) }
        tiny.node("Relu", [hasBias ? "a" : "m"], ["r"])
        tiny.quantizeOutput("r")
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == [hasBias ? "hone.QGemm" : "hone.QLinearMatMul"])
        let feed = ["x": random.integers(Int8.self, [3, 8])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func productOfActivationsBecomesQLinearMatMul() throws {
        var random = RandomTensors(seed: 62)
        var tiny = TinyGraph()
        tiny.input("x", [2, 3, 8], .int8)
        tiny.input("z", [2, 8, 5], .int8)
        tiny.dequantize("x", "xd", scale: Tensor(scalar: Float(0.5)), zeroPoint: Tensor(scalar: Int8(1)))
        tiny.dequantize("z", "zd", scale: Tensor(scalar: Float(0.25)), zeroPoint: Tensor(scalar: Int8(-9)))
        tiny.node("MatMul", ["xd", "zd"], ["m"])
        tiny.quantizeOutput("m", scale: 32)
        let fused = try tiny.graph.after(QDQRecognition(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["QLinearMatMul"])
        let feed = ["x": random.integers(Int8.self, [2, 3, 8]), "z": random.integers(Int8.self, [2, 8, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func wholeExecutionPipelineKeepsTheIntegers() throws {
        var random = RandomTensors(seed: 63)
        var tiny = TinyGraph()
        tiny.quantizedOperands(input: [1, 4, 5, 5], weight: [4, 4, 1, 1], channelAxis: 0, &random)
        tiny.node("Conv", ["xd", "wd", "bd"], ["c"])
        tiny.quantize("c", "q", scale: 16, zeroPoint: Tensor(scalar: Int8(2)))
        tiny.dequantize("q", "d", scale: Tensor(scalar: Float(16)), zeroPoint: Tensor(scalar: Int8(2)))
        tiny.node("Relu", ["d"], ["r"])
        tiny.quantize("r", "y", scale: 16, zeroPoint: Tensor(scalar: Int8(2)))
        tiny.output("y")
        var fused = tiny.graph
        try PassPipeline.execution.run(on: &fused, evaluator: ReferenceBackend())
        #expect(fused.operatorTypes == ["hone.QLinearConv"])
        #expect(fused.nodes[0].int("lowest") == 2)
        let feed = ["x": random.integers(Int8.self, [1, 4, 5, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }
}
