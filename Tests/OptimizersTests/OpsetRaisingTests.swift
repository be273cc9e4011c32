import ModelGraph
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct OpsetRaisingTests {
    private typealias Fixture = QuantizerFixture

    /// The raised graph has opset 13 and gives the same bits.
    private func check(_ nodes: [Node], _ constants: [String: Tensor] = [:], opset: Int, types: [String]) throws {
        let graph = Fixture.graph(nodes, constants, opset: opset)
        var raised = graph
        try OpsetRaising.raise(&raised)
        #expect(raised.opsets[""] == 13)
        #expect(raised.types() == types)
        var generator = SeededGenerator(seed: 81)
        let x = Fixture.random([2, 3, 8, 8], -2...2, &generator)
        #expect(try Fixture.run(raised, x) == Fixture.run(graph, x))
    }

    @Test func attributesBecomeInputs() throws {
        try check(
            [
                Node("Unsqueeze", inputs: ["x"], outputs: ["u"], attributes: ["axes": .ints([0])]),
                Node("Squeeze", inputs: ["u"], outputs: ["y"], attributes: ["axes": .ints([0])]),
            ], opset: 11, types: ["Unsqueeze", "Squeeze"])
        try check(
            [
                Node(
                    "ReduceSum", inputs: ["x"], outputs: ["y"],
                    attributes: ["axes": .ints([2, 3]), "keepdims": .int(0)])
            ],
            opset: 12, types: ["ReduceSum"])
        try check(
            [
                Node(
                    "Split", inputs: ["x"], outputs: ["a", "b"],
                    attributes: ["axis": .int(1), "split": .ints([1, 2])]),
                Node("Relu", inputs: ["b"], outputs: ["y"]),
            ], opset: 12, types: ["Split", "Relu"])
    }

    @Test func oldFormsOfClipPadSliceAndDropout() throws {
        try check(
            [Node("Clip", inputs: ["x"], outputs: ["y"], attributes: ["min": .float(-1), "max": .float(0.5)])],
            opset: 10, types: ["Clip"])
        try check(
            [Node("Clip", inputs: ["x"], outputs: ["y"], attributes: ["max": .float(0.5)])], opset: 7, types: ["Clip"])
        try check(
            [
                Node(
                    "Pad", inputs: ["x"], outputs: ["y"],
                    attributes: ["pads": .ints([0, 0, 1, 2, 0, 0, 0, 1]), "value": .float(3)])
            ], opset: 10, types: ["Pad"])
        try check(
            [
                Node(
                    "Slice", inputs: ["x"], outputs: ["y"],
                    attributes: ["starts": .ints([1, -3]), "ends": .ints([9, 8]), "axes": .ints([1, 3])])
            ], opset: 9, types: ["Slice"])
        try check(
            [Node("Dropout", inputs: ["x"], outputs: ["y"], attributes: ["ratio": .float(0.3)])], opset: 10,
            types: ["Dropout"])
    }

    @Test func theOldSoftmaxFlattens() throws {
        try check(
            [Node("Softmax", inputs: ["x"], outputs: ["y"])], opset: 11,
            types: ["Shape", "Flatten", "Softmax", "Reshape"])
        try check(
            [Node("Softmax", inputs: ["x"], outputs: ["y"], attributes: ["axis": .int(3)])], opset: 11,
            types: ["Softmax"])
        try check(
            [
                Node("Flatten", inputs: ["x"], outputs: ["f"]),
                Node("LogSoftmax", inputs: ["f"], outputs: ["y"], attributes: ["axis": .int(-1)]),
            ], opset: 11, types: ["Flatten", "LogSoftmax"])
    }

    @Test func upsampleBecomesResize() throws {
        try check(
            [
                Node(
                    "Upsample", inputs: ["x"], outputs: ["y"],
                    attributes: ["scales": .floats([1, 1, 2, 3]), "mode": .string("nearest")])
            ], opset: 7, types: ["Resize"])
        try check(
            [Node("Upsample", inputs: ["x", "s"], outputs: ["y"], attributes: ["mode": .string("linear")])],
            ["s": Tensor([1, 1, 2, 2] as [Float])], opset: 9, types: ["Resize"])
        try check(
            [Node("Resize", inputs: ["x", "s"], outputs: ["y"])], ["s": Tensor([1, 1, 0.5, 1.5] as [Float])],
            opset: 10, types: ["Resize"])
    }

    @Test func whatCannotBeRaisedIsNamed() throws {
        var graph = Fixture.graph(
            [Node("TopK", name: "best", inputs: ["x", "k"], outputs: ["y", "i"])], [:], opset: 10)
        #expect {
            try OpsetRaising.raise(&graph)
        } throws: { error in
            let error = error as? HoneError
            return error?.code == .unsupported && error?.node?.contains("best") == true
        }
        var old = Fixture.graph([Node("Relu", inputs: ["x"], outputs: ["y"])], [:], opset: 6)
        #expect(throws: HoneError.self) { try OpsetRaising.raise(&old) }
    }

    @Test func initializersOfOldFilesAreNoInputs() throws {
        var graph = Fixture.graph([Node("Relu", inputs: ["x"], outputs: ["y"])], ["w": Tensor([1 as Float])], opset: 8)
        graph.inputs.append(ValueInfo(name: "w", elementType: .float32, shape: [.fixed(1)]))
        var modern = graph
        graph.irVersion = 3
        try OpsetRaising.raise(&graph)
        #expect(graph.inputs.map(\.name) == ["x"])
        #expect(graph.irVersion == 7)
        #expect(graph.initializers["w"] != nil)
        modern.irVersion = 4
        try OpsetRaising.raise(&modern)
        #expect(modern.inputs.map(\.name) == ["x", "w"])
    }
}
