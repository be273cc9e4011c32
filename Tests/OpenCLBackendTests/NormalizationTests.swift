import ModelGraph
import OpenCLBackend
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct NormalizationTests {
    @Test(arguments: 0..<10) func batchNormalizationIsTheDefinition(seed: Int) throws {
        var source = OperandSource(seed: seed)
        let shape = seed % 4 == 0 ? [3, 20] : source.imageShape(1...9)
        let names = ["s", "b", "m", "v"]
        var constants: [String: Tensor] = [:]
        for name in names { constants[name] = source.floats([shape[1]]) }
        constants["v"] = Tensor((0..<shape[1]).map { _ in Float(source.integer(1...50)) / 7 })
        let node = Node("BatchNormalization", inputs: ["x"] + names, outputs: ["y"])
        try SessionTrial(nodes: [node], inputs: ["x": source.floats(shape, special: true)], constants: constants)
            .check("seed \(seed): \(shape)")
    }

    @Test(arguments: [[1, 3, 5], [2, 4, 7, 9], [1, 2, 40, 40]])
    func instanceNormalizationIsTheDefinition(shape: [Int]) throws {
        let device = try #require(OpenCLDevices.chosen)
        var source = OperandSource(seed: shape.count)
        let node = Node("InstanceNormalization", inputs: ["x", "s", "b"], outputs: ["y"])
        try SessionTrial(
            nodes: [node], inputs: ["x": source.floats(shape), "s": source.floats([shape[1]])],
            constants: ["b": source.floats([shape[1]])]
        ).check("\(shape)", staysOnDevice: device.info.extensions.contains("cl_khr_fp64"))
    }

    @Test(arguments: [1, 2, 5, 100]) func lrnIsWithinItsBound(size: Int) throws {
        var source = OperandSource(seed: size)
        let node = Node("LRN", inputs: ["x"], outputs: ["y"], attributes: ["size": .int(Int64(size))])
        // A power within 16 steps and a division.
        try SessionTrial(nodes: [node], inputs: ["x": source.floats([2, 20, 3, 5])])
            .check("size \(size)", tolerance: 20 * .ulpOfOne)
    }
}
