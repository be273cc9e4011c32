import ModelGraph
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct ResizeTests {
    @Test(arguments: ["nearest", "linear", "cubic"], 0..<8)
    func resizeIsTheDefinition(mode: String, seed: Int) throws {
        var source = OperandSource(seed: seed)
        let shape = source.imageShape(2...7)
        let scales = [Float(1), 1] + shape[2...].map { _ in source.pick([0.5, 1, 1.7, 2, 3]) }
        let modes = ["half_pixel", "asymmetric", "align_corners", "tf_crop_and_resize"]
        let coordinates = modes[seed % modes.count]
        var attributes: [String: AttributeValue] = [
            "mode": .string(mode), "coordinate_transformation_mode": .string(coordinates),
            "extrapolation_value": .float(5.5),
        ]
        if mode == "nearest" { attributes["nearest_mode"] = .string(seed % 2 == 0 ? "floor" : "round_prefer_ceil") }
        var constants = ["scales": Tensor(scales)]
        if coordinates == "tf_crop_and_resize" {
            let rank = shape.count
            let starts = [Float](repeating: 0, count: 2) + [Float](repeating: -0.2, count: rank - 2)
            let ends = [Float](repeating: 1, count: 2) + [Float](repeating: 0.9, count: rank - 2)
            constants["roi"] = Tensor(starts + ends)
        }
        let node = Node(
            "Resize", inputs: ["x", constants["roi"] == nil ? "" : "roi", "scales"], outputs: ["y"],
            attributes: attributes)
        let types: [ElementType] = mode == "cubic" ? [.float32] : [.float32, .uint8, .int8]
        for type in types {
            let x = type == .float32 ? source.floats(shape) : source.integers(type, shape)
            try SessionTrial(nodes: [node], inputs: ["x": x], constants: constants)
                .check("seed \(seed): \(x.type) by \(scales), \(attributes)")
        }
    }

    @Test(arguments: ["nearest", "linear"]) func upsampleIsTheDefinition(mode: String) throws {
        var source = OperandSource(seed: 7)
        let node = Node("Upsample", inputs: ["x", "scales"], outputs: ["y"], attributes: ["mode": .string(mode)])
        try SessionTrial(
            nodes: [node], opset: 9, inputs: ["x": source.floats([1, 20, 3, 5])],
            constants: ["scales": Tensor([Float(1), 1, 2, 3])]
        ).check(mode)
    }
}
