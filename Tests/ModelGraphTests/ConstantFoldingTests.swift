import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@Suite struct ConstantFoldingTests {
    @Test func shapeArithmeticOfAFixedInputBecomesConstant() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2, 3, 4])
        tiny.constant("first", Tensor([Int64(0)]))
        tiny.constant("rest", Tensor([Int64(-1)]))
        tiny.node("Shape", ["x"], ["shape"])
        tiny.node("Gather", ["shape", "first"], ["batch"], ["axis": .int(0)])
        tiny.node("Concat", ["batch", "rest"], ["target"], ["axis": .int(0)])
        tiny.node("Reshape", ["x", "target"], ["y"])
        tiny.output("y")
        let folded = try tiny.graph.after(ConstantFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["Reshape"])
        #expect(folded.initializers["target"] == Tensor([Int64(2), -1]))
        var random = RandomTensors(seed: 31)
        let feed = ["x": random.floats([2, 3, 4])]
        #expect(try tiny.graph.run(feed) == folded.run(feed))
    }

    @Test func openDimensionIsNotFolded() throws {
        var tiny = TinyGraph()
        tiny.input("x", [nil, 3, 4])
        tiny.constant("rest", Tensor([Int64(3), -1]))
        tiny.constant("scale", Tensor([Int64(1), 1, 1]))
        tiny.node("Shape", ["x"], ["shape"])
        tiny.node("Mul", ["shape", "scale"], ["target"])
        tiny.node("Reshape", ["x", "target"], ["a"])
        tiny.node("Neg", ["rest"], ["negative"])
        tiny.node("Neg", ["negative"], ["positive"])
        tiny.node("Reshape", ["a", "positive"], ["y"])
        tiny.output("y")
        let folded = try tiny.graph.after(ConstantFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["Shape", "Mul", "Reshape", "Reshape"])
        #expect(folded.initializers["positive"] == Tensor([Int64(3), -1]))
    }

    @Test func constantNodesBecomeInitializersWithTheirBits() throws {
        var tiny = TinyGraph()
        let third = Tensor(scalar: 1.0 / 3)
        tiny.node("Constant", [], ["c"], ["value": .tensor(third)])
        tiny.input("x", [2], .float64)
        tiny.node("Mul", ["x", "c"], ["y"])
        tiny.output("y")
        let folded = try tiny.graph.after(ConstantFolding())
        #expect(folded.operatorTypes == ["Mul"])
        #expect(folded.initializers["c"] == third)
    }

    @Test func dequantizeLinearStaysUntilTheEnd() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        tiny.constant("w", Tensor([Float(0.5), -0.25]))
        tiny.quantize("w", "q", scale: 0.25, zeroPoint: Tensor(scalar: Int8(0)))
        tiny.dequantize("q", "d", scale: Tensor(scalar: Float(0.25)), zeroPoint: Tensor(scalar: Int8(0)))
        tiny.node("Mul", ["x", "d"], ["y"])
        tiny.output("y")
        let folded = try tiny.graph.after(ConstantFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["DequantizeLinear", "Mul"])
        #expect(folded.initializers["q"] == Tensor([Int8(2), -1]))
        let rest = try folded.after(FoldRemainingConstants(), DeadNodeRemoval())
        #expect(rest.operatorTypes == ["Mul"])
        #expect(rest.initializers["d"] == Tensor([Float(0.5), -0.25]))
    }

    @Test func bombsAreNotFolded() throws {
        var tiny = TinyGraph()
        tiny.input("x", [1])
        tiny.constant("size", Tensor([Int64(1) << 33]))
        tiny.node("ConstantOfShape", ["size"], ["zeros"])
        tiny.constant("one", Tensor([Float(1)]))
        tiny.constant("wide", Tensor([Int64(1) << 20]))
        tiny.node("Expand", ["one", "wide"], ["expanded"])
        tiny.constant("times", Tensor([Int64(1) << 30]))
        tiny.node("Tile", ["one", "times"], ["tiled"])
        tiny.node("Add", ["x", "zeros"], ["a"])
        tiny.node("Add", ["a", "expanded"], ["b"])
        tiny.node("Add", ["b", "tiled"], ["y"])
        tiny.output("y")
        let folded = try tiny.graph.after(ConstantFolding())
        #expect(folded.operatorTypes == tiny.graph.operatorTypes)
    }

    @Test func growthIsBoundedOverTheWholeGraph() throws {
        var tiny = TinyGraph()
        tiny.input("x", [1])
        tiny.constant("c0", Tensor(zeros: TensorType(.uint8, [1 << 18])))
        tiny.constant("times", Tensor([Int64(4)]))
        for step in 0..<8 { tiny.node("Tile", ["c\(step)", "times"], ["c\(step + 1)"]) }
        tiny.node("Cast", ["x"], ["i"], ["to": .int(Int64(ElementType.uint8.rawValue))])
        tiny.node("Concat", ["i", "c8"], ["y"], ["axis": .int(0)])
        tiny.output("y")
        var folded = tiny.graph
        _ = try ConstantFolding().run(on: &folded, evaluator: ReferenceBackend())
        #expect(folded.nodes.filter { $0.operatorType == "Tile" }.count >= 4)
    }

    @Test func overridableDefaultIsNoConstant() throws {
        var tiny = TinyGraph()
        tiny.input("x", [2])
        tiny.input("w", [2])
        tiny.constant("w", Tensor([Float(1), 2]))
        tiny.node("Neg", ["w"], ["n"])
        tiny.node("Add", ["x", "n"], ["y"])
        tiny.output("y")
        #expect(try tiny.graph.after(ConstantFolding()).operatorTypes == ["Neg", "Add"])
        // Below IR 4 every constant had to be listed as an input, and what folding makes is listed, too.
        tiny.graph.irVersion = 3
        let folded = try tiny.graph.after(ConstantFolding(), DeadNodeRemoval())
        #expect(folded.operatorTypes == ["Add"])
        #expect(folded.inputs.map(\.name) == ["x", "n"])
        let feed = ["x": Tensor([Float(1), 1])]
        #expect(try folded.run(feed)["y"] == Tensor([Float(0), -1]))
    }

    @Test func graphOutputKeepsItsNode() throws {
        var tiny = TinyGraph()
        tiny.constant("w", Tensor([Float(1), 2]))
        tiny.node("Neg", ["w"], ["y"])
        tiny.output("y")
        #expect(try tiny.graph.after(ConstantFolding()).operatorTypes == ["Neg"])
    }
}
