import ModelGraph
import Tensors

/// What a layer that is measured alone computes with.
package enum LayerArithmetic: String, Sendable, CaseIterable {
    /// uint8 activations, int8 weights with a scale for each output.
    case int8
    /// float32.
    case f32
}

extension Model {
    /// A model of one convolution with weights from a seed: QLinearConv, or Conv.
    package static func layer(
        _ shape: ConvolutionShape, _ arithmetic: LayerArithmetic, batch: Int = 1
    ) throws(HoneError) -> Model {
        let inputs = shape.channels / shape.group
        let attributes: [String: AttributeValue] = [
            "kernel_shape": .ints([Int64(shape.kernel), Int64(shape.kernel)]),
            "strides": .ints([Int64(shape.stride), Int64(shape.stride)]),
            "pads": .ints(Array(repeating: Int64(shape.padding), count: 4)), "group": .int(Int64(shape.group)),
        ]
        return try LayerBuilder(
            quantized: Node("QLinearConv", name: shape.name, inputs: [], outputs: [], attributes: attributes),
            float: Node("Conv", name: shape.name, inputs: [], outputs: [], attributes: attributes),
            input: [batch, shape.channels, shape.height, shape.width],
            weight: [shape.outputs, inputs, shape.kernel, shape.kernel], outputs: shape.outputs,
            depth: inputs * shape.kernel * shape.kernel, hasBias: true
        ).model(arithmetic)
    }

    /// A model of one matrix product with a right operand from a seed: QLinearMatMul, or MatMul.
    package static func layer(
        _ shape: MatrixShape, _ arithmetic: LayerArithmetic
    ) throws(HoneError) -> Model {
        try LayerBuilder(
            quantized: Node("QLinearMatMul", name: "\(shape)", inputs: [], outputs: []),
            float: Node("MatMul", name: "\(shape)", inputs: [], outputs: []),
            input: [shape.rows, shape.depth], weight: [shape.depth, shape.columns], outputs: shape.columns,
            depth: shape.depth, hasBias: false
        ).model(arithmetic)
    }
}

/// A graph of one node with constants from a seed, in ranges in which results neither vanish nor all saturate.
private struct LayerBuilder {
    let quantized: Node
    let float: Node
    let input: [Int]
    let weight: [Int]
    let outputs: Int
    /// Terms of a sum.
    let depth: Int
    let hasBias: Bool

    func model(_ arithmetic: LayerArithmetic) throws(HoneError) -> Model {
        var graph = Graph()
        graph.name = "layer"
        graph.opsets = ["": 21]
        graph.irVersion = 10
        var node = arithmetic == .int8 ? quantized : float
        let isQuantized = arithmetic == .int8
        let elementType: ElementType = isQuantized ? .uint8 : .float32
        // Sizes come from files and the command line.
        let weightType = try TensorType.validated(isQuantized ? .int8 : .float32, weight)
        let inputType = try TensorType.validated(elementType, input)
        try MemoryLimit.check(weightType.byteCount + inputType.byteCount, for: "the layer \(node.name)")
        graph.inputs = [ValueInfo(name: "x", elementType: elementType, shape: input.map { .fixed($0) })]
        graph.outputs = [ValueInfo(name: "y", elementType: elementType, shape: nil)]
        node.outputs = ["y"]
        var numbers = SplitMix64(seed: 1)
        if isQuantized {
            setQuantizedConstants(&graph, &numbers)
            node.inputs = ["x", "x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point"]
        } else {
            let floats = (0..<weightType.elementCount).map { _ in numbers.nextFloat() }
            graph.setInitializer("w", Tensor(floats, shape: weight))
            graph.setInitializer("b", Tensor((0..<outputs).map { _ in numbers.nextFloat() }))
            node.inputs = ["x", "w"]
        }
        if hasBias { node.inputs.append("b") } else { graph.removeInitializer("b") }
        graph.nodes = [node]
        try graph.validate()
        return Model(graph: graph)
    }

    /// Weights near a bell curve of deviation 42 (the sum of three uniform numbers), as trained ones are, so that large
    /// neighbours, which some instructions treat apart, are as rare as they are there.
    private func setQuantizedConstants(_ graph: inout Graph, _ numbers: inout SplitMix64) {
        let count = weight.reduce(1, *)
        let weights = (0..<count).map { _ -> Int8 in
            let bits = numbers.next()
            let parts = [bits & 0xFFFF, bits >> 16 & 0xFFFF, bits >> 32 & 0xFFFF].map { Int($0 % 85) - 42 }
            return Int8(parts.reduce(0, +))
        }
        graph.setInitializer("w", Tensor(weights, shape: weight))
        graph.setInitializer("x_scale", Tensor(scalar: Float(1) / 64))
        graph.setInitializer("x_zero_point", Tensor(scalar: UInt8(3)))
        graph.setInitializer("w_scale", Tensor((0..<outputs).map { _ in (1.5 + numbers.nextFloat()) / 128 }))
        graph.setInitializer("w_zero_point", Tensor([Int8](repeating: 0, count: outputs)))
        // Deviation of a sum: that of the weights times the root mean square of the activations, 147, times sqrt(depth).
        let deviation = 42 * 147 * Float(depth).squareRoot() / 64 / 128
        graph.setInitializer("y_scale", Tensor(scalar: deviation / 48))
        graph.setInitializer("y_zero_point", Tensor(scalar: UInt8(120)))
        let biases = (0..<outputs).map { _ in Int32(numbers.nextFloat() * 1000) }
        graph.setInitializer("b", Tensor(biases))
    }
}
