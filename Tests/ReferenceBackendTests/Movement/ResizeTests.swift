import ModelGraph
import Tensors
import Testing

/// Expected values were computed by ONNX Runtime 1.31.1.
@Suite struct ResizeTests {
    private let row = Tensor([Float(1), 4, 2, 8, 5], shape: [1, 1, 1, 5])
    /// A weighted sum of at most four elements of at most 8: each of the products and sums rounds once, and a
    /// coordinate below 8 carries at most 2^-22 into a slope of at most 6.
    private let bound: Float = 64 * Float.ulpOfOne

    private func resize(
        _ input: Tensor, scale: Float, opset: Int = 19, _ attributes: [String: AttributeValue]
    ) throws -> [Float] {
        let scales = Tensor([1, 1, 1, scale])
        let inputs: [Tensor?] = opset == 10 ? [input, scales] : [input, nil, scales]
        return try MovementNode.run("Resize", inputs, opset: opset, attributes)[0].floats()
    }

    private func expectClose(_ found: [Float], _ expected: [Float], _ comment: Comment) {
        #expect(found.count == expected.count, comment)
        for (left, right) in zip(found, expected) { #expect(abs(left - right) <= bound, comment) }
    }

    @Test(arguments: [
        ("asymmetric", [1, 2.7647057, 3.647059, 2.4705884, 4.117646, 7.6470585, 6.411765, 5] as [Float]),
        ("half_pixel", [1, 2.1470587, 3.9117646, 2.8823528, 2.8823524, 6.4117646, 7.0294123, 5.264706]),
        ("pytorch_half_pixel", [1, 2.1470587, 3.9117646, 2.8823528, 2.8823524, 6.4117646, 7.0294123, 5.264706]),
        ("align_corners", [1, 2.7142859, 3.7142854, 2.5714285, 3.7142863, 7.1428576, 6.714286, 5]),
        ("half_pixel_symmetric", [1, 2.5882351, 3.7647061, 2.5882353, 3.7647047, 7.294117, 6.588236, 5]),
        ("tf_half_pixel_for_nn", [1.8823528, 3.6470587, 3.0588236, 2.3529415, 5.8823524, 7.294118, 5.5294123, 5]),
    ])
    func linear(coordinates: String, expected: [Float]) throws {
        let found = try resize(
            row, scale: 1.7,
            ["mode": .string("linear"), "coordinate_transformation_mode": .string(coordinates)])
        expectClose(found, expected, "\(coordinates)")
    }

    @Test(arguments: [
        ("floor", [1, 1, 4, 4, 2, 2, 8, 8, 5, 5] as [Float]),
        ("ceil", [1, 4, 4, 2, 2, 8, 8, 5, 5, 5]),
        ("round_prefer_floor", [1, 1, 4, 4, 2, 2, 8, 8, 5, 5]),
        ("round_prefer_ceil", [1, 4, 4, 2, 2, 8, 8, 5, 5, 5]),
    ])
    func nearest(rounding: String, expected: [Float]) throws {
        let found = try resize(
            row, scale: 2,
            ["coordinate_transformation_mode": .string("asymmetric"), "nearest_mode": .string(rounding)])
        #expect(found == expected)
    }

    @Test func cubic() throws {
        expectClose(
            try resize(row, scale: 0.8, ["mode": .string("cubic")]), [1.3339844, 3.2133789, 6.0356445, 5.375], "edge")
        expectClose(
            try resize(row, scale: 0.8, ["mode": .string("cubic"), "exclude_outside": .int(1)]),
            [1.3116173, 3.2133789, 6.0356445, 5.349886], "excluded")
    }

    @Test func cropping() throws {
        let region = Tensor([Float(0), 0, 0, -0.2, 1, 1, 1, 0.8])
        let found = try MovementNode.run(
            "Resize", [row, region, nil, .vector(1, 1, 1, 6)],
            [
                "mode": .string("linear"), "coordinate_transformation_mode": .string("tf_crop_and_resize"),
                "extrapolation_value": .float(9),
            ])
        expectClose(found[0].floats(), [9, 1, 3.4, 2.7999997, 4.4000006, 7.3999996], "crop")
    }

    @Test func bytesAreInterpolatedInFloatAndTruncated() throws {
        let unsigned = Tensor([UInt8(0), 10, 21, 255, 3, 8], shape: [1, 1, 1, 6])
        let signed = Tensor([Int8(-128), 10, -21, 127, 3, -8], shape: [1, 1, 1, 6])
        #expect(
            try resize(unsigned, scale: 1.7, ["mode": .string("linear")]) == [0, 3, 9, 16, 55, 193, 173, 25, 5, 8])
        #expect(
            try resize(signed, scale: 1.7, ["mode": .string("linear")]) == [-128, -75, 5, -7, 0, 87, 86, 13, -2, -8])
    }

    @Test func twoAxesAndOneScaleForBoth() throws {
        let square = Tensor([Float(1), 4, 2, 8], shape: [1, 1, 2, 2])
        let found = try MovementNode.run(
            "Resize", [square, nil, nil, .vector(1, 1, 3, 4)], ["mode": .string("linear")])
        expectClose(
            found[0].floats(), [1, 1.75, 3.25, 4, 1.5, 2.625, 4.875, 6, 2, 3.5, 6.5, 8], "two axes")
        let wide = Tensor([Float(1), 4, 7, 2, 8, 3], shape: [1, 1, 2, 3])
        let kept = try MovementNode.run(
            "Resize", [wide, nil, nil, .vector(4, 4)], opset: 18,
            ["mode": .string("linear"), "axes": .ints([2, 3]), "keep_aspect_ratio_policy": .string("not_larger")])
        #expect(kept[0].shape == [1, 1, 3, 4])
        expectClose(
            kept[0].floats(), [1, 2.875, 5.125, 7, 1.625, 4.671875, 5.75, 4.5, 2, 5.75, 6.125, 3], "not larger")
    }

    @Test func beforeOpset11DownsamplingTakesTheCeiling() throws {
        #expect(try resize(.counting([1, 1, 1, 9]), scale: 0.4, opset: 10, [:]) == [0, 3, 5])
    }

    @Test func upsampleIsResizeWithoutHalfPixels() throws {
        let input = Tensor.counting([1, 1, 1, 3])
        let attribute = try MovementNode.run(
            "Upsample", [input], opset: 7, ["mode": .string("linear"), "scales": .floats([1, 1, 1, 2])])
        #expect(attribute[0].floats() == [0, 0.5, 1, 1.5, 2, 2])
        let given = try MovementNode.run("Upsample", [input, Tensor([Float(1), 1, 2, 1])], opset: 9)
        #expect(given[0].shape == [1, 1, 2, 3] && given[0].floats() == [0, 1, 2, 0, 1, 2])
        #expect(throws: HoneError.self) {
            try MovementNode.run("Upsample", [input, Tensor([Float(1), 1, 0.5, 1])], opset: 9)
        }
    }
}
