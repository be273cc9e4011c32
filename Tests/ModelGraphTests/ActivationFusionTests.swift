import ModelGraph
import Tensors
import TestSupport
import Testing

@Suite struct ActivationFusionTests {
    private func convolution(_ random: inout RandomTensors, opset: Int = 13) -> TinyGraph {
        var tiny = TinyGraph(opset: opset)
        tiny.input("x", [1, 2, 5, 5])
        tiny.constant("w", random.floats([4, 2, 3, 3]))
        tiny.constant("b", random.floats([4]))
        tiny.node("Conv", ["x", "w", "b"], ["c"], ["pads": .ints([1, 1, 1, 1])])
        return tiny
    }

    @Test(arguments: ["Relu", "LeakyRelu", "Clip"]) func convolutionKeepsItsBits(type: String) throws {
        var random = RandomTensors(seed: 21)
        var tiny = convolution(&random)
        tiny.constant("low", Tensor(scalar: Float(-0.5)))
        tiny.constant("high", Tensor(scalar: Float(0.25)))
        tiny.node(
            type, type == "Clip" ? ["c", "low", "high"] : ["c"], ["y"],
            type == "LeakyRelu" ? ["alpha": .float(0.3)] : [:])
        tiny.output("y")
        let fused = try tiny.graph.after(ActivationFusion(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["hone.Conv"])
        #expect(fused.nodes[0].name == "c_node")
        let feed = ["x": random.floats([1, 2, 5, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func clipBeforeOpsetElevenHasItsBoundsInAttributes() throws {
        var random = RandomTensors(seed: 22)
        var tiny = convolution(&random, opset: 9)
        tiny.node("Clip", ["c"], ["y"], ["min": .float(0), "max": .float(0.5)])
        tiny.output("y")
        let fused = try tiny.graph.after(ActivationFusion())
        #expect(fused.operatorTypes == ["hone.Conv"])
        let feed = ["x": random.floats([1, 2, 5, 5])]
        #expect(try tiny.graph.run(feed) == fused.run(feed))
    }

    @Test func convolutionWithAnotherUserStays() throws {
        var random = RandomTensors(seed: 23)
        var tiny = convolution(&random)
        tiny.node("Relu", ["c"], ["y"])
        tiny.output("y", "c")
        #expect(try tiny.graph.after(ActivationFusion()).operatorTypes == ["Conv", "Relu"])
    }

    @Test func clipWithComputedBoundStays() throws {
        var random = RandomTensors(seed: 24)
        var tiny = convolution(&random)
        tiny.input("low", [])
        tiny.node("Clip", ["c", "low"], ["y"])
        tiny.output("y")
        #expect(try tiny.graph.after(ActivationFusion()).operatorTypes == ["Conv", "Clip"])
    }

    @Test func matMulAndBiasAndReluBecomeOneGemm() throws {
        var random = RandomTensors(seed: 25)
        var tiny = TinyGraph()
        tiny.input("x", [nil, 8])
        tiny.constant("w", random.floats([8, 4]))
        tiny.constant("b", random.floats([4]))
        tiny.node("MatMul", ["x", "w"], ["m"])
        tiny.node("Add", ["b", "m"], ["a"])
        tiny.node("Relu", ["a"], ["y"])
        tiny.output("y")
        let gemm = try tiny.graph.after(MatMulBiasFusion())
        #expect(gemm.operatorTypes == ["Gemm", "Relu"])
        let fused = try gemm.after(ActivationFusion(), DeadNodeRemoval())
        #expect(fused.operatorTypes == ["hone.Gemm"])
        let feed = ["x": random.floats([3, 8])]
        #expect(try gemm.run(feed) == fused.run(feed))
        // Each of the 9 roundings on either side is relative to a partial sum of at most 9.
        expectClose(try tiny.graph.run(feed)["y"], try fused.run(feed)["y"], within: 18 * 9 * Float.ulpOfOne / 2)
    }

    @Test func stackOfMatricesStaysAMatMul() throws {
        var random = RandomTensors(seed: 26)
        var tiny = TinyGraph()
        tiny.input("x", [2, 3, 8])
        tiny.constant("w", random.floats([8, 4]))
        tiny.constant("b", random.floats([4]))
        tiny.node("MatMul", ["x", "w"], ["m"])
        tiny.node("Add", ["b", "m"], ["y"])
        tiny.output("y")
        #expect(try tiny.graph.after(MatMulBiasFusion()).operatorTypes == ["MatMul", "Add"])
    }

    @Test func hostileFusedAttributesAreErrors() throws {
        var random = RandomTensors(seed: 27)
        var tiny = convolution(&random)
        tiny.graph.opsets[honeDomain] = 1
        tiny.graph.nodes[0].domain = honeDomain
        tiny.graph.nodes[0].attributes["activation"] = .string("Gelu")
        tiny.output("c")
        #expect { try tiny.graph.validate() } throws: { error in
            guard let error = error as? HoneError else { return false }
            return error.code == .unsupported && error.message.contains("Gelu")
                && error.node?.contains("hone.Conv") == true
        }
    }
}
