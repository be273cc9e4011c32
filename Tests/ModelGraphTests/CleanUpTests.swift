import ModelGraph
import Tensors
import TestSupport
import Testing

@Suite struct CleanUpTests {
    @Test func deadNodesConstantsAndTypesGo() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        tiny.input("default", [2])
        tiny.constant("default", Tensor([Float(1), 2]))
        tiny.constant("unused", Tensor([Float(1), 2]))
        tiny.constant("given", Tensor([Float(3)]))
        tiny.node("Relu", ["x"], ["y"])
        tiny.node("Add", ["x", "unused"], ["dead"])
        tiny.node("Relu", ["dead"], ["deader"])
        tiny.output("y", "given")
        tiny.graph.declaredTypes["deader"] = ValueInfo(name: "deader", elementType: .float32, shape: nil)
        let cleaned = try tiny.graph.after(DeadNodeRemoval())
        #expect(cleaned.operatorTypes == ["Relu"])
        #expect(cleaned.initializerOrder == ["default", "given"])
        #expect(cleaned.inputs.map(\.name) == ["x", "default"])
        #expect(cleaned.declaredTypes.isEmpty)
    }

    @Test func identityInsideTheGraphGoes() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        tiny.node("Identity", ["x"], ["i"])
        tiny.node("Dropout", ["i"], ["d"])
        tiny.node("Cast", ["d"], ["c"], ["to": .int(1)])
        tiny.node("Neg", ["c"], ["y"])
        tiny.output("y")
        let cleaned = try tiny.graph.after(IdentityRemoval())
        #expect(cleaned.operatorTypes == ["Neg"])
        #expect(cleaned.nodes[0].inputs == ["x"])
    }

    @Test func outputBehindAnIdentityKeepsItsName() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        tiny.node("Neg", ["x"], ["n"])
        tiny.node("Relu", ["n"], ["r"])
        tiny.node("Identity", ["n"], ["y"])
        tiny.output("y", "r")
        let cleaned = try tiny.graph.after(IdentityRemoval())
        #expect(cleaned.operatorTypes == ["Neg", "Relu"])
        #expect(cleaned.nodes.map(\.inputs) == [["x"], ["y"]])
        let feed = ["x": Tensor([Float(1), -2])]
        #expect(try tiny.graph.run(feed) == cleaned.run(feed))
    }

    @Test func identityBetweenNamesOfTheCallerStays() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        tiny.constant("c", Tensor([Float(3)]))
        tiny.node("Identity", ["x"], ["y"])
        tiny.node("Identity", ["c"], ["k"])
        tiny.node("Neg", ["x"], ["n"])
        tiny.node("Identity", ["n"], ["m"])
        tiny.output("y", "k", "n", "m")
        let cleaned = try tiny.graph.after(IdentityRemoval())
        #expect(cleaned.operatorTypes == ["Identity", "Identity", "Neg", "Identity"])
        let feed = ["x": Tensor([Float(1), -2])]
        #expect(try tiny.graph.run(feed) == cleaned.run(feed))
    }

    @Test func dropoutWithAMaskThatIsReadStays() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        tiny.node("Dropout", ["x"], ["y", "mask"])
        tiny.output("y", "mask")
        #expect(try tiny.graph.after(IdentityRemoval()).operatorTypes == ["Dropout"])
    }

    @Test func castToAnotherTypeAndUnknownReshapeStay() throws {
        var tiny = TinyGraph()
        tiny.input("x", [nil, 4])
        tiny.constant("shape", Tensor([Int64(-1), 4]))
        tiny.node("Cast", ["x"], ["c"], ["to": .int(Int64(ElementType.int32.rawValue))])
        tiny.node("Reshape", ["c", "shape"], ["r"])
        tiny.node("Neg", ["r"], ["y"])
        tiny.output("y")
        #expect(try tiny.graph.after(IdentityRemoval()).operatorTypes == ["Cast", "Reshape", "Neg"])
        tiny.graph.inputs[0].shape = [.fixed(2), .fixed(4)]
        #expect(try tiny.graph.after(IdentityRemoval()).operatorTypes == ["Cast", "Neg"])
    }

    @Test func residualAdditionsAreMarked() throws {
        var random = RandomTensors(seed: 41)
        var tiny = TinyGraph()
        tiny.input("x", [1, 2, 5, 5])
        tiny.constant("w", random.floats([2, 2, 1, 1]))
        tiny.node("Conv", ["x", "w"], ["a"])
        tiny.node("Conv", ["x", "w"], ["b"])
        tiny.node("Add", ["b", "a"], ["y"])
        tiny.node("Add", ["y", "x"], ["z"])
        tiny.output("z")
        let marked = try tiny.graph.after(ResidualAddMarking())
        #expect(marked.nodes.map { $0.annotations[ResidualAddMarking.key] } == [nil, nil, "b", nil])
        let feed = ["x": random.floats([1, 2, 5, 5])]
        #expect(try tiny.graph.run(feed) == marked.run(feed))
    }
}
