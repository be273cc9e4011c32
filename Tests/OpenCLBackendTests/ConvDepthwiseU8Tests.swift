import ModelGraph
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct ConvDepthwiseU8Tests {
    @Test(arguments: 0..<30) func equalsTheReference(seed: Int) throws {
        var source = OperandSource(seed: seed)
        let rank = source.pick([1, 2, 2])
        let channels = source.pick([2, 16, 19, 40])
        let kernel = (0..<rank).map { _ in source.pick([1, 2, 3, 3, 5]) }
        let dilations = (0..<rank).map { _ in source.pick([1, 1, 2, 3]) }
        let input = (0..<rank).map { max(source.integer(1...15), (kernel[$0] - 1) * dilations[$0] + 1) }
        let type = source.pick([ElementType.uint8, .int8])
        let weightType = source.pick([ElementType.uint8, .int8])
        func ints(_ values: [Int]) -> AttributeValue { .ints(values.map { Int64($0) }) }
        let attributes: [String: AttributeValue] = [
            "group": .int(Int64(channels)), "strides": ints((0..<rank).map { _ in source.integer(1...2) }),
            "dilations": ints(dilations), "pads": ints((0..<2 * rank).map { _ in source.integer(0...2) }),
        ]
        let (from, weights, to) = (
            source.quantization(type), source.quantization(weightType), source.quantization(type)
        )
        let constants = [
            "xs": from[0], "xz": from[1], "w": source.integers(weightType, [channels, 1] + kernel), "ws": weights[0],
            "wz": weights[1], "ys": Tensor(scalar: Float(source.integer(1...20))), "yz": to[1],
            "b": Tensor((0..<channels).map { _ in Int32(source.integer(-2000...2000)) }),
        ]
        let node = Node(
            "QLinearConv", inputs: ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], outputs: ["y"],
            attributes: attributes)
        let x = source.integers(type, [source.integer(1...2), channels] + input)
        try SessionTrial(nodes: [node], inputs: ["x": x], constants: constants)
            .check("seed \(seed): \(x.type) * \(weightType)\(kernel), \(attributes)")
    }
}
