import ModelGraph
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct ReductionTests {
    @Test(arguments: ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"], 0..<8)
    func reductionsAreTheDefinitions(type: String, seed: Int) throws {
        var source = OperandSource(seed: seed)
        let shape = (0..<source.integer(1...5)).map { _ in source.pick([1, 2, 3, 7]) }
        let axes = shape.indices.filter { _ in source.chance(0.5) }.map { Int64($0) }
        let elements: [ElementType] =
            type == "ReduceSum" || type == "ReduceMean"
            ? [.float32, .int32, .int64, .uint64] : [.float32, .int8, .uint8, .int64, .bool]
        for element in elements {
            let x = element == .float32 ? source.floats(shape, special: true) : source.integers(element, shape)
            let node = Node(
                type, inputs: ["x", "axes"], outputs: ["y"], attributes: ["keepdims": .int(Int64(seed % 2))])
            try SessionTrial(nodes: [node], inputs: ["x": x], constants: ["axes": Tensor(axes)])
                .check("seed \(seed): \(type) of \(x.type) over \(axes)")
        }
    }

    @Test(arguments: [[3, 10], [2, 1000], [1, 5000], [2, 30, 7], [2, 3, 4, 5]], [-1, 1])
    func softmaxIsWithinItsBound(shape: [Int], axis: Int) throws {
        var source = OperandSource(seed: shape.count)
        for type in ["Softmax", "LogSoftmax"] {
            let node = Node(type, inputs: ["x"], outputs: ["y"], attributes: ["axis": .int(Int64(axis))])
            // An exponential within 3 steps, a sum of `length` rounded terms, a division or a logarithm.
            let length = Float(shape[axis < 0 ? shape.count - 1 : axis])
            try SessionTrial(nodes: [node], inputs: ["x": source.floats(shape)])
                .check("\(type) of \(shape) along \(axis)", tolerance: (length / 8 + 8) * .ulpOfOne)
        }
    }

    @Test(arguments: 0..<8) func quantizedSoftmaxIsTheDefinition(seed: Int) throws {
        var source = OperandSource(seed: seed)
        let shape = source.pick([[3, 10], [2, 300], [2, 30, 7]])
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        let parameters = source.quantization(type) + [Tensor(scalar: Float(1) / 256), source.quantization(type)[1]]
        let names = ["xs", "xz", "ys", "yz"]
        let node = Node(
            "QLinearSoftmax", domain: microsoftDomain, inputs: ["x"] + names, outputs: ["y"],
            attributes: ["opset": .int(13), "axis": .int(1)])
        try SessionTrial(
            nodes: [node], inputs: ["x": source.integers(type, shape)],
            constants: Dictionary(uniqueKeysWithValues: zip(names, parameters))
        ).check("seed \(seed): \(type) \(shape)")
    }

    @Test(arguments: 0..<12) func selectionsAreTheDefinitions(seed: Int) throws {
        var source = OperandSource(seed: seed)
        let shape = [2, 21, source.pick([1, 3])]
        let type = source.pick([ElementType.float32, .int8, .uint8, .int64])
        // Few different numbers, so that many are equal.
        let x = type == .float32 ? source.floats(shape, special: true) : source.integers(type, shape)
        let argMax = Node(
            "ArgMax", inputs: ["x"], outputs: ["y"],
            attributes: ["axis": .int(1), "select_last_index": .int(Int64(seed % 2))])
        try SessionTrial(nodes: [argMax], inputs: ["x": x]).check("seed \(seed): ArgMax of \(x.type)")
        let topK = Node(
            "TopK", inputs: ["x", "k"], outputs: ["v", "i"],
            attributes: ["axis": .int(1), "largest": .int(Int64(seed / 2 % 2))])
        try SessionTrial(
            nodes: [topK], inputs: ["x": x], constants: ["k": Tensor([Int64(source.integer(1...21))])],
            outputs: ["v", "i"]
        ).check("seed \(seed): TopK of \(x.type)")
    }
}
