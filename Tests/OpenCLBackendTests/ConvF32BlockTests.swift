import ModelGraph
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct ConvF32BlockTests {
    /// Sparse and dense, strided, dilated, grouped and depthwise, with activations and residual additions.
    @Test(arguments: 0..<60) func equalsTheReference(seed: Int) throws {
        var source = OperandSource(seed: seed)
        let rank = source.pick([1, 2, 2, 2])
        var (group, channels, outputs) = (1, source.pick([1, 3, 4, 16, 17, 40]), source.pick([1, 16, 17, 32, 48, 70]))
        switch source.integer(0...4) {
        case 0: (group, channels, outputs) = (2, 2 * source.pick([1, 5, 16, 24]), 2 * source.pick([16, 32]))
        case 1:
            channels = source.pick([2, 16, 19, 48])
            (group, outputs) = (channels, channels)
        default: break
        }
        let kernel = (0..<rank).map { _ in source.integer(1...3) }
        let dilations = (0..<rank).map { _ in source.integer(1...2) }
        let pads = (0..<2 * rank).map { _ in source.integer(0...2) }
        let input = (0..<rank).map { max(source.integer(1...20), (kernel[$0] - 1) * dilations[$0] + 1) }
        let special = source.chance(0.3)
        let images = source.integer(1...2)
        let x = source.floats([images, channels] + input, special: special)
        var constants = ["w": source.blockSparse([outputs, channels / group] + kernel)]
        if source.chance(0.7) { constants["b"] = source.floats([outputs], special: special) }
        func ints(_ values: [Int]) -> AttributeValue { .ints(values.map { Int64($0) }) }
        var attributes: [String: AttributeValue] = [
            "group": .int(Int64(group)), "strides": ints((0..<rank).map { _ in source.integer(1...3) }),
            "dilations": ints(dilations), "pads": ints(pads),
        ]
        switch source.integer(0...3) {
        case 0: attributes["activation"] = .string("Relu")
        case 1: attributes.merge(["activation": .string("Clip"), "activation_min": .float(0.5)]) { $1 }
        case 2: attributes.merge(["activation": .string("LeakyRelu"), "activation_alpha": .float(0.2)]) { $1 }
        default: break
        }
        let names = ["x", "w"] + (constants["b"] == nil ? [] : ["b"])
        let convolution = Node("Conv", domain: honeDomain, inputs: names, outputs: ["c"], attributes: attributes)
        // Another convolution of the same input, so that the addition's other operand is a computed one.
        let other = Node("Conv", domain: honeDomain, inputs: names, outputs: ["d"], attributes: attributes)
        let sum = Node("Add", inputs: source.chance(0.5) ? ["c", "d"] : ["d", "c"], outputs: ["s"])
        let relu = Node("Relu", inputs: ["s"], outputs: ["y"])
        var trial = SessionTrial(nodes: [convolution], inputs: ["x": x], constants: constants, outputs: ["c"])
        if seed % 3 == 0 {
            trial.nodes = [convolution, other, sum, relu]
            trial.outputs = ["y"]
        }
        try trial.check("seed \(seed): \(x.shape) * \(attributes)", staysOnDevice: seed % 3 != 0)
    }

    /// Tiles of every width, whole and in part.
    @Test(arguments: [1, 2, 7, 31, 64, 65, 130, 300]) func everyWidthIsCovered(width: Int) throws {
        var source = OperandSource(seed: width)
        let trial = SessionTrial(
            nodes: [Node("Conv", inputs: ["x", "w"], outputs: ["y"])], inputs: ["x": source.floats([1, 18, 2, width])],
            constants: ["w": source.floats([48, 18, 1, 1])])
        try trial.check("width \(width)")
    }

    @Test(arguments: 0..<40) func transposedEqualsTheReference(seed: Int) throws {
        var source = OperandSource(seed: 500 + seed)
        let rank = source.pick([1, 2, 2])
        var (group, channels, outputs) = (1, source.pick([1, 5, 16, 20, 40]), source.pick([1, 5, 16, 33]))
        if source.chance(0.3) {
            (group, channels) = source.chance(0.5) ? (2, 2 * source.pick([3, 16])) : (19, 19)
            outputs = group == 2 ? 16 : 1
        }
        let strides = (0..<rank).map { _ in source.integer(1...3) }
        func ints(_ count: Int, _ range: ClosedRange<Int>) -> AttributeValue {
            .ints((0..<count).map { _ in Int64(source.integer(range)) })
        }
        let kernel = (0..<rank).map { _ in source.integer(1...4) }
        var attributes: [String: AttributeValue] = [
            "group": .int(Int64(group)), "strides": .ints(strides.map { Int64($0) }), "dilations": ints(rank, 1...2),
            "output_padding": .ints(strides.map { Int64($0 - 1) }),
        ]
        if kernel.allSatisfy({ $0 > 1 }) { attributes["pads"] = ints(2 * rank, 0...1) }
        let x = source.floats([source.integer(1...2), channels] + (0..<rank).map { _ in source.integer(2...9) })
        var constants = ["w": source.floats([channels, outputs] + kernel, special: source.chance(0.3))]
        if source.chance(0.5) { constants["b"] = source.floats([outputs * group]) }
        let names = ["x", "w"] + (constants["b"] == nil ? [] : ["b"])
        let trial = SessionTrial(
            nodes: [Node("ConvTranspose", inputs: names, outputs: ["y"], attributes: attributes)], inputs: ["x": x],
            constants: constants)
        try trial.check("seed \(seed): \(x.shape) * \(kernel), \(attributes)")
    }
}
