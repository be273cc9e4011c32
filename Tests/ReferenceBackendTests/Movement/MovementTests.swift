import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct MovementTests {
    private func run(
        _ type: String, _ inputs: [Tensor?], opset: Int = 19, _ attributes: [String: AttributeValue] = [:]
    ) throws -> Tensor {
        try #require(try MovementNode.run(type, inputs, opset: opset, attributes).first)
    }

    @Test func splitUndoesConcatForEveryElementSize() throws {
        func check<Element: TensorElement & Numeric>(_: Element.Type) throws {
            let parts = [2, 0, 3].map { Tensor.counting([2, $0, 3], as: Element.self) }
            let whole = try run("Concat", parts, ["axis": .int(-2)])
            #expect(whole.shape == [2, 5, 3])
            let split = try MovementNode.run(
                "Split", [whole, .vector(2, 0, 3)], opset: 13, outputs: 3, ["axis": .int(1)])
            #expect(split == parts)
        }
        try check(UInt8.self)
        try check(Int16.self)
        try check(Float.self)
        try check(Int64.self)
    }

    @Test func unevenSplitsShortenTheLastPart() throws {
        let parts = try MovementNode.run("Split", [.counting([7])], opset: 18, outputs: 3, ["num_outputs": .int(3)])
        #expect(parts.map(\.shape) == [[3], [3], [1]])
        #expect(
            MovementNode.inferenceError(
                "Split", [TensorType(.float32, [5])], opset: 18, outputs: 4, ["num_outputs": .int(4)]) == .invalidModel)
    }

    @Test func slicesClampTheirBounds() throws {
        let x = Tensor.counting([6])
        func slice(_ start: Int64, _ end: Int64, _ step: Int64) throws -> [Float] {
            try run("Slice", [x, Tensor([start]), Tensor([end]), .vector(0), Tensor([step])]).floats()
        }
        #expect(try slice(1, .max, 2) == [1, 3, 5])
        #expect(try slice(.max, .min, -2) == [5, 3, 1])
        #expect(try slice(-1, .min, .min) == [5])
        #expect(try slice(.min, .max, .max) == [0])
        #expect(try slice(-2, -5, -1) == [4, 3, 2])
        #expect(try slice(4, 2, 1) == [])
        let attributes: [String: AttributeValue] = ["starts": .ints([-2]), "ends": .ints([.max])]
        #expect(try run("Slice", [x], opset: 9, attributes).floats() == [4, 5])
    }

    @Test func slicesAgreeWithAWalk() throws {
        let seed: UInt64 = 20_240
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let size = Int.random(in: 1...7, using: &random)
            let start = Int.random(in: 0..<size, using: &random)
            let step = [-3, -2, -1, 1, 2, 3][Int.random(in: 0..<6, using: &random)]
            let end = Int.random(in: 0...size, using: &random)
            let expected = stride(from: start, to: end, by: step).map { Float($0) }
            let found = try run(
                "Slice",
                [.counting([size]), .vector(Int64(start)), .vector(Int64(end)), .vector(0), .vector(Int64(step))])
            #expect(found.floats() == expected, "seed \(seed): \(size) \(start) \(end) \(step)")
        }
    }

    @Test func gatherCountsFromTheEnd() throws {
        let indices = Tensor([Int32(-1), 0, 1, -3], shape: [2, 2])
        let y = try run("Gather", [.counting([2, 3]), indices], ["axis": .int(1)])
        #expect(y.shape == [2, 2, 2])
        #expect(y.floats() == [2, 0, 1, 0, 5, 3, 4, 3])
    }

    @Test func shapesChangeWithoutTheElements() throws {
        let x = Tensor.counting([2, 3, 1], as: Int32.self)
        #expect(try run("Reshape", [x, .vector(0, -1)]) == x.reshaped([2, 3]))
        #expect(try run("Flatten", [x], ["axis": .int(-1)]) == x.reshaped([6, 1]))
        #expect(try run("Squeeze", [x], opset: 13) == x.reshaped([2, 3]))
        #expect(try run("Squeeze", [x], opset: 11, ["axes": .ints([-1])]) == x.reshaped([2, 3]))
        #expect(try run("Unsqueeze", [x, .vector(-1, 0)]) == x.reshaped([1, 2, 3, 1, 1]))
        #expect(try run("Unsqueeze", [x], opset: 7, ["axes": .ints([1])]) == x.reshaped([2, 1, 3, 1]))
        #expect(try run("Identity", [x]) == x)
        let empty = Tensor.counting([0, 3])
        #expect(try run("Reshape", [empty, .vector(3, 0)], ["allowzero": .int(1)]).shape == [3, 0])
    }

    @Test func transposesUndoEachOther() throws {
        let x = Tensor.counting([2, 3, 4], as: UInt8.self)
        let y = try run("Transpose", [x], ["perm": .ints([2, 0, 1])])
        #expect(y.shape == [4, 2, 3])
        #expect(y.elements(as: UInt8.self).prefix(4) == [0, 4, 8, 12])
        #expect(try run("Transpose", [y], ["perm": .ints([1, 2, 0])]) == x)
        #expect(try run("Transpose", [.counting([2, 2])]).floats() == [0, 2, 1, 3])
    }

    @Test func repetition() throws {
        let x = Tensor.counting([2, 1])
        #expect(try run("Expand", [x, .vector(2, 1, 3)]).floats() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1])
        #expect(try run("Tile", [.counting([2, 2]), .vector(1, 2)]).floats() == [0, 1, 0, 1, 2, 3, 2, 3])
        #expect(try run("Tile", [x, .vector(0, 5)]).shape == [0, 5])
    }

    @Test(arguments: [
        ("constant", [9, 9, 0, 1, 2, 9] as [Float]), ("edge", [0, 0, 0, 1, 2, 2]), ("reflect", [2, 1, 0, 1, 2, 1]),
        ("wrap", [1, 2, 0, 1, 2, 0]),
    ])
    func padding(mode: String, expected: [Float]) throws {
        let attributes: [String: AttributeValue] = ["mode": .string(mode)]
        #expect(
            try run("Pad", [.counting([3]), .vector(2, 1), Tensor(scalar: Float(9))], attributes).floats() == expected)
        let bytes = try run(
            "Pad", [.counting([3], as: Int8.self), .vector(2, 1), Tensor(scalar: Int8(9))], attributes)
        #expect(bytes.elementType == .int8 && bytes.floats() == expected)
    }

    @Test func paddingCropsFirst() throws {
        #expect(
            try run("Pad", [.counting([5]), .vector(-1, 3)], ["mode": .string("reflect")]).floats() == [
                1, 2, 3, 4, 3, 2, 1,
            ])
        #expect(try run("Pad", [.counting([2, 3]), .vector(-1, 1), nil, .vector(-1)]).floats() == [1, 2, 0, 4, 5, 0])
        #expect(
            try run("Pad", [.counting([1])], opset: 7, ["pads": .ints([1, 0]), "value": .float(1.5)]).floats() == [
                1.5, 0,
            ])
        #expect(throws: HoneError.self) {
            try run("Pad", [.counting([3]), .vector(3, 0)], ["mode": .string("reflect")])
        }
    }

    @Test func depthAndSpace() throws {
        let x = Tensor.counting([1, 8, 1, 1])
        let block: [String: AttributeValue] = ["blocksize": .int(2)]
        #expect(try run("DepthToSpace", [x], block).floats() == [0, 2, 4, 6, 1, 3, 5, 7])
        let columnFirst = block.merging(["mode": .string("CRD")]) { $1 }
        #expect(try run("DepthToSpace", [x], columnFirst).floats() == [0, 1, 2, 3, 4, 5, 6, 7])
        let image = Tensor.counting([2, 3, 4, 6], as: UInt8.self)
        #expect(try run("DepthToSpace", [try run("SpaceToDepth", [image], block)], block) == image)
    }

    @Test func dropoutIsIdentityOutsideTraining() throws {
        let x = Tensor.counting([3])
        let outputs = try MovementNode.run("Dropout", [x], opset: 13, outputs: 2)
        #expect(outputs == [x, Tensor([true, true, true])])
        #expect(try MovementNode.run("Dropout", [x], opset: 7, outputs: 2)[1].floats() == [1, 1, 1])
        let training = Tensor(scalar: true)
        #expect(try run("Dropout", [x, Tensor(scalar: Float(0)), training]) == x)
        #expect(
            MovementNode.inferenceError("Dropout", [x.type, nil, training.type], values: [2: training]) == .unsupported)
    }

    @Test func constants() throws {
        let half = Tensor([Float16(0.5), 2])
        #expect(try run("Constant", [], ["value": .tensor(half)]) == half)
        #expect(try run("Constant", [], ["value_ints": .ints([3, 4])]) == .vector(3, 4))
        #expect(try run("Constant", [], ["value_float": .float(2)]) == Tensor(scalar: Float(2)))
        let value: [String: AttributeValue] = ["value": .tensor(Tensor([Int32(7)]))]
        #expect(try run("ConstantOfShape", [.vector(2, 1)], value) == Tensor([Int32(7), 7], shape: [2, 1]))
        #expect(try run("ConstantOfShape", [Tensor([Int64]())]) == Tensor(scalar: Float(0)))
    }

    @Test func shapesAsValues() throws {
        let x = Tensor.counting([2, 3, 4])
        #expect(try run("Shape", [x]) == .vector(2, 3, 4))
        #expect(try run("Shape", [x], ["start": .int(-2), "end": .int(.max)]) == .vector(3, 4))
        #expect(try run("Shape", [x], ["start": .int(2), "end": .int(.min)]).shape == [0])
        #expect(try run("Size", [x]) == Tensor(scalar: Int64(24)))
    }

    @Test func ranges() throws {
        func range<Element: TensorElement>(_ start: Element, _ limit: Element, _ delta: Element) throws -> Tensor {
            try run("Range", [Tensor(scalar: start), Tensor(scalar: limit), Tensor(scalar: delta)])
        }
        #expect(try range(Int64(10), 1, -4) == .vector(10, 6, 2))
        #expect(try range(Int16(5), 5, 1).shape == [0])
        // Adding up 0.1 gives 0.70000005, where 7 * 0.1 is 0.7.
        let tenths = try range(Float(0), 1, 0.1).elements(as: Float.self)
        #expect(tenths.count == 10 && tenths[7] == 0.70000005)
    }

    @Test func choices() throws {
        let condition = Tensor([true, false], shape: [2, 1])
        let x = Tensor.counting([3], as: Int16.self)
        let y = Tensor(scalar: Int16(9))
        #expect(try run("Where", [condition, x, y]) == Tensor([Int16(0), 1, 2, 9, 9, 9], shape: [2, 3]))
        #expect(try run("Equal", [x, Tensor([Int16(1)])]) == Tensor([false, true, false]))
        let floats = Tensor([Float.nan, -0.0, 1])
        #expect(try run("Equal", [floats, Tensor([Float.nan, 0, 2])]) == Tensor([false, true, false]))
        #expect(try run("Not", [condition]) == Tensor([false, true], shape: [2, 1]))
        #expect(MovementNode.inferenceError("Where", [condition.type, x.type, floats.type]) == .invalidModel)
    }

    /// The chain that exporters write for a flatten: the shape is known before the model runs.
    @Test func shapeArithmeticDecidesReshape() throws {
        var graph = Graph()
        graph.opsets = ["": 13]
        graph.inputs = [ValueInfo(name: "x", elementType: .float32, shape: nil)]
        graph.outputs = [ValueInfo(name: "y", elementType: nil, shape: nil)]
        graph.nodes = [
            Node("Shape", inputs: ["x"], outputs: ["shape"]),
            Node("Constant", inputs: [], outputs: ["zero"], attributes: ["value": .tensor(.vector(0))]),
            Node("Constant", inputs: [], outputs: ["rest"], attributes: ["value": .tensor(.vector(-1))]),
            Node("Gather", inputs: ["shape", "zero"], outputs: ["batch"]),
            Node("Concat", inputs: ["batch", "rest"], outputs: ["target"], attributes: ["axis": .int(0)]),
            Node("Reshape", inputs: ["x", "target"], outputs: ["y"]),
        ]
        let session = try Session(graph, backend: ReferenceBackend(), evaluator: ReferenceBackend())
        for batch in [2, 5] {
            let x = Tensor.counting([batch, 3, 4])
            #expect(try session.run(["x": x])["y"] == x.reshaped([batch, 12]))
        }
    }
}
