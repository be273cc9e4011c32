import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

/// Dimensions, indices and counts from a file never trap, whatever they are.
@Suite struct HostileMovementTests {
    private let matrix = TensorType(.float32, [3, 4])
    private let huge = Int64(1) << 62

    @Test func hugeShapesAreErrors() {
        func code(_ type: String, _ values: [Int64], _ input: TensorType? = nil, opset: Int = 19) -> HoneError.Code? {
            let vector = Tensor(values)
            return MovementNode.inferenceError(
                type, [input ?? matrix, vector.type], values: [1: vector], opset: opset)
        }
        #expect(code("Reshape", [huge, 4]) == .invalidModel)
        #expect(code("Reshape", [huge, huge, huge, -1]) == .invalidModel)
        #expect(code("Reshape", [-1, -1]) == .invalidModel)
        #expect(code("Reshape", [.min, 12]) == .invalidModel)
        #expect(code("Reshape", [3, 4, 0]) == .invalidModel)
        #expect(code("Tile", [1 << 40, 1]) == .invalidModel)
        #expect(code("Tile", [huge, huge]) == .invalidModel)
        #expect(code("Tile", [-1, 1]) == .invalidModel)
        #expect(code("Tile", [1]) == .invalidModel)
        #expect(code("Expand", [huge, huge, 3, 4]) == .invalidModel)
        #expect(code("Expand", [-3, 4]) == .invalidModel)
        #expect(code("Expand", [5, 4]) == .invalidModel)
        #expect(code("Pad", [.min, 0, 0, 0]) == .invalidModel)
        #expect(code("Pad", [.min, 0, .min, 0]) == .invalidModel)
        #expect(code("Pad", [.max, 0, .max, 0]) == .invalidModel)
        #expect(code("Pad", [-2, 0, -2, 0]) == .invalidModel)
        #expect(code("Pad", [1, 1]) == .invalidModel)
        #expect(code("Squeeze", [.min]) == .invalidModel)
        #expect(code("Squeeze", [0]) == .invalidModel)
        #expect(code("Unsqueeze", [0, 0]) == .invalidModel)
        #expect(code("Unsqueeze", [.max]) == .invalidModel)
        // Nothing in it, but dimensions whose product overflows.
        #expect(code("Expand", [0, huge, 4], TensorType(.float32, [0, 1, 1])) == nil)
        #expect(code("Reshape", [0, huge, 4], TensorType(.float32, [0, huge.asInt, 4])) == nil)
        #expect(MovementNode.inferenceError("Flatten", [TensorType(.float32, [0, huge.asInt, 4])]) == .invalidModel)
    }

    @Test func hugeCountsAreErrors() {
        func count(_ values: [Tensor], _ type: String) -> HoneError.Code? {
            MovementNode.inferenceError(
                type, values.map(\.type), values: Dictionary(uniqueKeysWithValues: values.enumerated().map { ($0, $1) })
            )
        }
        #expect(count([Tensor([huge, 4])], "ConstantOfShape") == .invalidModel)
        #expect(count([Tensor([Int64(-1)])], "ConstantOfShape") == .invalidModel)
        func range<Element: TensorElement>(_ start: Element, _ limit: Element, _ delta: Element) -> HoneError.Code? {
            count([Tensor(scalar: start), Tensor(scalar: limit), Tensor(scalar: delta)], "Range")
        }
        #expect(range(Int64.min, Int64.max, 1) == .invalidModel)
        #expect(range(Int64.max, Int64.min, -1) == .invalidModel)
        #expect(range(Int64.min, Int64.max, Int64.max) == nil)
        #expect(range(Int64(0), 5, 0) == .invalidModel)
        #expect(range(Float(0), 1, 1e-30) == .invalidModel)
        #expect(range(Float(0), .infinity, 1) == .invalidModel)
        #expect(range(Float.nan, 1, 1) == .invalidModel)
        #expect(range(Float(0), 1, 0) == .invalidModel)
    }

    @Test func attributesThatContradictTheInputAreErrors() {
        func code(_ type: String, _ attributes: [String: AttributeValue], opset: Int = 11, outputs: Int = 1)
            -> HoneError.Code?
        {
            MovementNode.inferenceError(type, [matrix], opset: opset, outputs: outputs, attributes)
        }
        #expect(code("Transpose", ["perm": .ints([0, 0])]) == .invalidModel)
        #expect(code("Transpose", ["perm": .ints([1, .max])]) == .invalidModel)
        #expect(code("Transpose", ["perm": .ints([0])]) == .invalidModel)
        #expect(code("Concat", ["axis": .int(.min)]) == .invalidModel)
        #expect(code("Concat", [:]) == .invalidModel)
        #expect(code("Flatten", ["axis": .int(3)]) == .invalidModel)
        #expect(code("Split", ["split": .ints([-1, 4])], outputs: 2) == .invalidModel)
        #expect(code("Split", ["split": .ints([.max, .max])], outputs: 2) == .invalidModel)
        #expect(code("Split", ["split": .ints([3])], outputs: 2) == .invalidModel)
        #expect(code("Split", [:], outputs: 2) == .invalidModel)
        #expect(code("Split", ["num_outputs": .int(3)], opset: 18, outputs: 2) == .invalidModel)
        #expect(code("DepthToSpace", ["blocksize": .int(.max)]) == .invalidModel)
        #expect(code("SpaceToDepth", ["blocksize": .int(0)]) == .invalidModel)
        #expect(code("Identity", ["unknown": .int(0)]) == .unsupported)
        let rankOne = TensorType(.float32, [3])
        #expect(MovementNode.inferenceError("Concat", [matrix, rankOne], ["axis": .int(0)]) == .invalidModel)
        let indices = TensorType(.int64, [2])
        #expect(MovementNode.inferenceError("Gather", [matrix, indices], ["axis": .int(2)]) == .invalidModel)
        let floats = TensorType(.float32, [2])
        #expect(MovementNode.inferenceError("Gather", [matrix, floats]) == .unsupported)
        #expect(MovementNode.inferenceError("Constant", [], ["value_string": .string("a")]) == .unsupported)
        #expect(MovementNode.inferenceError("Constant", []) == .invalidModel)
    }

    @Test func resizeRefusesWhatHasNoSize() {
        let image = TensorType(.float32, [1, 1, 4, 4])
        func code(
            _ scales: Tensor?, _ sizes: Tensor?, _ roi: Tensor? = nil, _ attributes: [String: AttributeValue] = [:]
        )
            -> HoneError.Code?
        {
            var values: [Int: Tensor] = [:]
            (values[1], values[2], values[3]) = (roi, scales, sizes)
            return MovementNode.inferenceError(
                "Resize", [image, roi?.type, scales?.type, sizes?.type], values: values, attributes)
        }
        #expect(code(nil, nil) == .invalidModel)
        #expect(code(Tensor([Float(1), 1, 2, 2]), Tensor.vector(1, 1, 2, 2)) == .invalidModel)
        for scale: Float in [0, -1, .nan, .infinity, 1e30] {
            #expect(code(Tensor([1, 1, scale, 1]), nil) == .invalidModel)
        }
        #expect(code(Tensor([Float(2)]), nil) == .invalidModel)
        #expect(code(nil, .vector(1, 1, huge, huge)) == .invalidModel)
        #expect(code(nil, .vector(1, 1, -1, 1)) == .invalidModel)
        let crop: [String: AttributeValue] = ["coordinate_transformation_mode": .string("tf_crop_and_resize")]
        #expect(code(nil, .vector(1, 1, 2, 2), nil, crop) == .invalidModel)
        #expect(code(nil, .vector(1, 1, 2, 2), Tensor([Float](repeating: .nan, count: 8)), crop) == .invalidModel)
        #expect(code(nil, .vector(1, 1, 2, 2), nil, ["antialias": .int(1)]) == .unsupported)
        #expect(code(nil, .vector(1, 1, 2, 2), nil, ["mode": .string("area")]) == .unsupported)
    }

    @Test func aRegionFarOutsideIsExtrapolated() throws {
        let image = Tensor.counting([1, 1, 1, 4])
        for mode in ["nearest", "linear", "cubic"] {
            let region = Tensor([Float(0), 0, 0, -3e38, 1, 1, 1, 3e38])
            let y = try MovementNode.run(
                "Resize", [image, region, nil, .vector(1, 1, 1, 3)],
                [
                    "mode": .string(mode), "coordinate_transformation_mode": .string("tf_crop_and_resize"),
                    "extrapolation_value": .float(9),
                ])
            #expect(y[0].floats().allSatisfy { $0 == 9 }, "\(mode): \(y[0].floats())")
        }
    }

    @Test func indicesAreCheckedAtRunTime() {
        for index: Int64 in [3, -4, .max, .min] {
            #expect(throws: HoneError.self) {
                try MovementNode.run("Gather", [.counting([3, 2]), .vector(0, index)])
            }
        }
        #expect(throws: HoneError.self) { try MovementNode.run("Gather", [.counting([0, 2]), .vector(0)]) }
    }

    @Test func planningAllocatesNoHugeValue() throws {
        var graph = Graph()
        graph.opsets = ["": 19]
        graph.setInitializer("shape", .vector(1 << 36))
        graph.setInitializer("x", .counting([2]))
        graph.nodes = [
            Node(
                "ConstantOfShape", inputs: ["shape"], outputs: ["ones"],
                attributes: ["value": .tensor(.vector(1))]),
            Node("Expand", inputs: ["x", "ones"], outputs: ["y"]),
        ]
        graph.outputs = [ValueInfo(name: "y", elementType: nil, shape: nil)]
        #expect(throws: HoneError.self) {
            try graph.inferTypes(inputTypes: [:], inputValues: [:], evaluator: ReferenceBackend())
        }
    }
}

extension Int64 {
    fileprivate var asInt: Int { Int(self) }
}
