import ModelGraph
import Tensors
import TestSupport
import Testing

@Suite struct BatchNormFoldingTests {
    private static let scales: [Float] = [0.5, -2, 1.25, 3]
    private static let shifts: [Float] = [0.1, -0.2, 0, 0.75]
    private static let means: [Float] = [0.25, 0, -1, 0.5]
    private static let variances: [Float] = [1, 0.25, 4, 0.01]

    /// Both graphs sum K products of factors up to 1, scale by at most `scale` and add at most `shift`; each of the K + 4
    /// roundings of either is relative to a partial result that these bound.
    private func bound(taps: Int, scale: Float = 30, shift: Float = 20) -> Float {
        Float(2 * taps + 8) * Float.ulpOfOne / 2 * (Float(taps) * scale + shift)
    }

    private func addNormalization(_ tiny: inout TinyGraph, _ input: String, _ output: String) {
        tiny.constant("gamma", Tensor(Self.scales))
        tiny.constant("beta", Tensor(Self.shifts))
        tiny.constant("mean", Tensor(Self.means))
        tiny.constant("variance", Tensor(Self.variances))
        tiny.node("BatchNormalization", [input, "gamma", "beta", "mean", "variance"], [output])
    }

    @Test(arguments: [false, true]) func foldsIntoConvolution(hasBias: Bool) throws {
        var random = RandomTensors(seed: 11)
        var tiny = TinyGraph()
        tiny.input("x", [1, 2, 5, 5])
        tiny.constant("w", random.floats([4, 2, 3, 3]))
        tiny.constant("b", random.floats([4]))
        tiny.node("Conv", hasBias ? ["x", "w", "b"] : ["x", "w"], ["c"], ["pads": .ints([1, 1, 1, 1])])
        addNormalization(&tiny, "c", "y")
        tiny.output("y")
        let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["Conv"])
        #expect(folded.initializers.count == 2)
        let feed = ["x": random.floats([1, 2, 5, 5])]
        expectClose(try tiny.graph.run(feed)["y"], try folded.run(feed)["y"], within: bound(taps: 18))
    }

    @Test func sharedWeightsAreCopied() throws {
        var random = RandomTensors(seed: 12)
        var tiny = TinyGraph()
        tiny.input("x", [1, 2, 5, 5])
        tiny.constant("w", random.floats([4, 2, 3, 3]))
        tiny.node("Conv", ["x", "w"], ["c"])
        tiny.node("Conv", ["x", "w"], ["plain"])
        addNormalization(&tiny, "c", "y")
        tiny.output("y", "plain")
        let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["Conv", "Conv"])
        #expect(folded.initializers["w"] == tiny.graph.initializers["w"])
        let feed = ["x": random.floats([1, 2, 5, 5])]
        let (before, after) = (try tiny.graph.run(feed), try folded.run(feed))
        #expect(before["plain"] == after["plain"])
        expectClose(before["y"], after["y"], within: bound(taps: 18))
    }

    @Test func valueWithAnotherUserIsNotFolded() throws {
        var random = RandomTensors(seed: 13)
        var tiny = TinyGraph()
        tiny.input("x", [1, 2, 5, 5])
        tiny.constant("w", random.floats([4, 2, 3, 3]))
        tiny.node("Conv", ["x", "w"], ["c"])
        addNormalization(&tiny, "c", "y")
        tiny.output("y", "c")
        let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["Conv", "Mul", "Add"])
        let feed = ["x": random.floats([1, 2, 5, 5])]
        let (before, after) = (try tiny.graph.run(feed), try folded.run(feed))
        #expect(before["c"] == after["c"])
        expectClose(before["y"], after["y"], within: bound(taps: 18))
    }

    @Test(arguments: [0, 1]) func foldsIntoFollowingConvolutionWithoutPads(pad: Int64) throws {
        var random = RandomTensors(seed: 14)
        var tiny = TinyGraph()
        tiny.input("x", [nil, 4, 5, 5])
        addNormalization(&tiny, "x", "n")
        tiny.constant("w", random.floats([6, 2, 3, 3]))
        tiny.node("Conv", ["n", "w"], ["y"], ["group": .int(2), "pads": .ints([pad, pad, pad, pad])])
        tiny.output("y")
        let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == (pad == 0 ? ["Conv"] : ["Mul", "Add", "Conv"]))
        let feed = ["x": random.floats([2, 4, 5, 5])]
        expectClose(try tiny.graph.run(feed)["y"], try folded.run(feed)["y"], within: bound(taps: 18, shift: 18 * 20))
    }

    /// The form of autoencoder_ad_bn.onnx.
    @Test func matMulAddMulAddBecomesMatMulAdd() throws {
        var random = RandomTensors(seed: 15)
        var tiny = TinyGraph()
        tiny.input("x", [nil, 8])
        tiny.constant("w", random.floats([8, 4]))
        tiny.constant("b", random.floats([4]))
        tiny.constant("s", Tensor(Self.scales))
        tiny.constant("t", Tensor(Self.shifts))
        tiny.node("MatMul", ["x", "w"], ["m"])
        tiny.node("Add", ["m", "b"], ["a"])
        tiny.node("Mul", ["s", "a"], ["p"])
        tiny.node("Add", ["p", "t"], ["y"])
        tiny.output("y")
        let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["MatMul", "Add"])
        let feed = ["x": random.floats([3, 8])]
        expectClose(try tiny.graph.run(feed)["y"], try folded.run(feed)["y"], within: bound(taps: 8))
    }

    @Test func normalizationAfterMatMulNeedsRankTwo() throws {
        for rank in 2...3 {
            var random = RandomTensors(seed: 16)
            let shape = rank == 2 ? [3, 8] : [2, 4, 8]
            var tiny = TinyGraph()
            tiny.input("x", shape)
            tiny.constant("w", random.floats([8, 4]))
            tiny.node("MatMul", ["x", "w"], ["m"])
            addNormalization(&tiny, "m", "y")
            tiny.output("y")
            let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
            #expect(folded.operatorTypes == (rank == 2 ? ["MatMul", "Add"] : ["MatMul", "Mul", "Add"]))
            let feed = ["x": random.floats(shape)]
            expectClose(try tiny.graph.run(feed)["y"], try folded.run(feed)["y"], within: bound(taps: 8))
        }
    }

    @Test(arguments: [false, true]) func foldsIntoGemm(isTransposed: Bool) throws {
        var random = RandomTensors(seed: 17)
        var tiny = TinyGraph()
        tiny.input("x", [3, 8])
        tiny.constant("w", random.floats(isTransposed ? [4, 8] : [8, 4]))
        tiny.node("Gemm", ["x", "w"], ["m"], ["transB": .int(isTransposed ? 1 : 0), "beta": .float(0.5)])
        addNormalization(&tiny, "m", "y")
        tiny.output("y")
        let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["Gemm"])
        let feed = ["x": random.floats([3, 8])]
        expectClose(try tiny.graph.run(feed)["y"], try folded.run(feed)["y"], within: bound(taps: 8))
    }

    @Test func foldsIntoTransposedConvolutionByGroup() throws {
        var random = RandomTensors(seed: 18)
        var tiny = TinyGraph()
        tiny.input("x", [1, 6, 4, 4])
        tiny.constant("w", random.floats([6, 2, 3, 3]))
        tiny.node("ConvTranspose", ["x", "w"], ["c"], ["group": .int(2)])
        addNormalization(&tiny, "c", "y")
        tiny.output("y")
        let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["ConvTranspose"])
        let feed = ["x": random.floats([1, 6, 4, 4])]
        expectClose(try tiny.graph.run(feed)["y"], try folded.run(feed)["y"], within: bound(taps: 27))
    }

    @Test func scaleThatWidensTheShapeIsNotFolded() throws {
        var tiny = TinyGraph()
        tiny.input("x", [1, 2, 5, 5])
        tiny.constant("w", Tensor(zeros: TensorType(.float32, [4, 2, 3, 3])))
        tiny.constant("s", Tensor(zeros: TensorType(.float32, [4, 1, 1, 1])))
        tiny.node("Conv", ["x", "w"], ["c"])
        tiny.node("Mul", ["c", "s"], ["y"])
        tiny.output("y")
        #expect(try tiny.graph.after(BatchNormFolding()).operatorTypes == ["Conv", "Mul"])
    }

    @Test func halfPrecisionWeightsStayHalf() throws {
        var tiny = TinyGraph()
        tiny.input("x", [1, 1, 2, 2], .float16)
        tiny.constant("w", Tensor([Float16(2), 4], shape: [2, 1, 1, 1]))
        tiny.constant("s", Tensor([Float16(0.5), 3], shape: [2, 1, 1]))
        tiny.node("Conv", ["x", "w"], ["c"])
        tiny.node("Mul", ["c", "s"], ["y"])
        tiny.output("y")
        let folded = try tiny.graph.after(BatchNormFolding(), DeadNodeRemoval())
        #expect(folded.initializers["w"] == Tensor([Float16(1), 12], shape: [2, 1, 1, 1]))
    }
}
