import ModelGraph
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct PoolingTests {
    private func window(_ source: inout OperandSource, rank: Int, isDilated: Bool) -> [String: AttributeValue] {
        let kernel = (0..<rank).map { _ in source.integer(1...4) }
        // Pads below the kernel's size and no dilation with padding: no window is without input.
        let pads = (kernel + kernel).map { isDilated ? 0 : source.integer(0...$0 - 1) }
        func ints(_ values: [Int]) -> AttributeValue { .ints(values.map { Int64($0) }) }
        var attributes = [
            "kernel_shape": ints(kernel), "strides": ints(kernel.map { _ in source.integer(1...3) }),
            "pads": ints(pads), "ceil_mode": .int(Int64(source.integer(0...1))),
        ]
        if isDilated { attributes["dilations"] = ints(kernel.map { _ in 2 }) }
        return attributes
    }

    /// Operands of `Q(f(DQ(x)))`: input 0 is fed, the others are constants.
    private func quantized(
        _ node: String, _ x: Tensor, _ attributes: [String: AttributeValue], _ source: inout OperandSource
    ) -> SessionTrial {
        let parameters = source.quantization(x.elementType) + source.quantization(x.elementType)
        let names = ["xs", "xz", "ys", "yz"]
        return SessionTrial(
            nodes: [
                Node(
                    node, domain: microsoftDomain, inputs: ["x"] + names, outputs: ["y"], attributes: attributes)
            ], inputs: ["x": x], constants: Dictionary(uniqueKeysWithValues: zip(names, parameters)))
    }

    @Test(arguments: 0..<30) func maximaAreTheDefinitions(seed: Int) throws {
        var source = OperandSource(seed: seed)
        let shape = source.imageShape(8...20)
        let attributes = window(&source, rank: shape.count - 2, isDilated: seed % 3 == 0)
        let node = Node("MaxPool", inputs: ["x"], outputs: ["y"], attributes: attributes)
        for x in [
            source.integers(.uint8, shape), source.integers(.int8, shape), source.floats(shape, special: true),
        ] {
            try SessionTrial(nodes: [node], inputs: ["x": x]).check("seed \(seed): \(x.type), \(attributes)")
        }
    }

    @Test(arguments: 0..<30) func meansAreTheDefinitions(seed: Int) throws {
        var source = OperandSource(seed: 100 + seed)
        let shape = source.imageShape(8...20)
        var attributes = window(&source, rank: shape.count - 2, isDilated: false)
        attributes["count_include_pad"] = .int(Int64(seed % 2))
        let x = source.floats(shape, special: seed % 2 == 0)
        let node = Node("AveragePool", inputs: ["x"], outputs: ["y"], attributes: attributes)
        try SessionTrial(nodes: [node], inputs: ["x": x]).check("seed \(seed): \(x.type), \(attributes)")
        for type in [ElementType.uint8, .int8] {
            try quantized("QLinearAveragePool", source.integers(type, shape), attributes, &source)
                .check("seed \(seed): \(type) \(shape), \(attributes)")
        }
    }

    @Test(arguments: 0..<20) func planesAreTheDefinitions(seed: Int) throws {
        var source = OperandSource(seed: 200 + seed)
        let shape = source.imageShape(1...20)
        let x = source.floats(shape, special: seed % 2 == 0)
        for type in ["GlobalAveragePool", "GlobalMaxPool"] {
            try SessionTrial(nodes: [Node(type, inputs: ["x"], outputs: ["y"])], inputs: ["x": x])
                .check("seed \(seed): \(type) of \(shape)")
        }
        for type in [ElementType.uint8, .int8] {
            try quantized(
                "QLinearGlobalAveragePool", source.integers(type, shape), ["channels_last": .int(0)], &source
            ).check("seed \(seed): \(type) \(shape)")
        }
    }
}
