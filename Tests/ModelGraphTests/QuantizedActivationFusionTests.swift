import ModelGraph
import Tensors
import TestSupport
import Testing

@Suite struct QuantizedActivationFusionTests {
    private func convolution(_ random: inout RandomTensors) -> TinyGraph {
        var tiny = TinyGraph()
        tiny.input("x", [1, 2, 4, 4], .int8)
        tiny.constant("xs", Tensor(scalar: Float(0.3)))
        tiny.constant("zero", Tensor(scalar: Int8(0)))
        tiny.constant("w", random.integers(Int8.self, [3, 2, 3, 3]))
        tiny.constant("ys", Tensor(scalar: Float(90)))
        tiny.node("QLinearConv", ["x", "xs", "zero", "w", "xs", "zero", "ys", "zero"], ["c"])
        return tiny
    }

    @Test func integerReluAndClipBecomeBounds() throws {
        for type in ["Relu", "Clip"] {
            var random = RandomTensors(seed: 81)
            var tiny = convolution(&random)
            tiny.constant("low", Tensor(scalar: Int8(-7)))
            tiny.constant("high", Tensor(scalar: Int8(20)))
            tiny.node(type, type == "Clip" ? ["c", "low", "high"] : ["c"], ["y"])
            tiny.output("y")
            let fused = try tiny.graph.after(QuantizedActivationFusion(), DeadNodeRemoval())
            #expect(fused.operatorTypes == ["hone.QLinearConv"])
            #expect(fused.nodes[0].int("lowest") == (type == "Clip" ? -7 : 0))
            #expect(fused.nodes[0].int("highest") == (type == "Clip" ? 20 : 127))
            let feed = ["x": random.integers(Int8.self, [1, 2, 4, 4])]
            #expect(try tiny.graph.run(feed) == fused.run(feed))
        }
    }

    @Test func clampsInARowMeet() throws {
        for (first, second) in [((-20, 30), (-10, 50)), ((-20, -5), (3, 9)), ((5, 9), (-3, 2))] {
            var random = RandomTensors(seed: 82)
            var tiny = convolution(&random)
            tiny.graph.opsets[honeDomain] = 1
            for (bounds, input, output) in [(first, "c", "d"), (second, "d", "y")] {
                tiny.node(
                    "Clamp", [input], [output], domain: honeDomain,
                    ["lowest": .int(Int64(bounds.0)), "highest": .int(Int64(bounds.1))])
            }
            tiny.output("y")
            let fused = try tiny.graph.after(QuantizedActivationFusion(), DeadNodeRemoval())
            #expect(fused.operatorTypes == ["hone.QLinearConv"])
            let feed = ["x": random.integers(Int8.self, [1, 2, 4, 4])]
            #expect(try tiny.graph.run(feed) == fused.run(feed))
        }
    }

    @Test func integersWithAnotherUserStayUnclamped() throws {
        var random = RandomTensors(seed: 83)
        var tiny = convolution(&random)
        tiny.node("Relu", ["c"], ["y"])
        tiny.output("y", "c")
        #expect(try tiny.graph.after(QuantizedActivationFusion()).operatorTypes == ["QLinearConv", "Relu"])
    }

    @Test func boundsOutsideTheTypeAreErrors() throws {
        for (low, high) in [(-129, 0), (5, 4), (0, 128)] {
            var tiny = TinyGraph()
            tiny.graph.opsets[honeDomain] = 1
            tiny.input("x", [2], .int8)
            tiny.node(
                "Clamp", ["x"], ["y"], domain: honeDomain,
                ["lowest": .int(Int64(low)), "highest": .int(Int64(high))])
            tiny.output("y")
            let graph = tiny.graph
            #expect(throws: HoneError.self) { try graph.run(["x": Tensor([Int8(1), 2])]) }
        }
    }
}
