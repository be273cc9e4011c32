import Tensors

/// Resamples a tensor to another size. ONNX Resize 10 (`scales` only), 11, 13, 18 (`axes`, aspect ratio), 19.
package struct Resize: Operator {
    package static let identifier = OperatorIdentifier("Resize")
    package static let opsets = 10...25
    package static let inputCount = 1...4

    /// What becomes of `sizes` that would distort.
    private enum AspectRatio: String, CaseIterable {
        case stretch
        case notLarger = "not_larger"
        case notSmaller = "not_smaller"
    }

    private var template = Resampling()
    private let opset: Int
    private let axes: [Int]?
    private let aspectRatio: AspectRatio

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        opset = attributes.opset
        try attributes.expectInputs(opset == 10 ? 2...2 : opset < 13 ? 3...4 : 1...4)
        template.interpolation = try attributes.choice("mode", default: .nearest)
        axes = opset >= 18 ? try attributes.ints("axes") : nil
        aspectRatio =
            opset >= 18 ? try attributes.choice("keep_aspect_ratio_policy", default: .stretch) : .stretch
        guard opset >= 11 else {
            guard template.interpolation != .cubic else {
                throw HoneError(.unsupported, "mode 'cubic' exists from opset 11 on")
            }
            return
        }
        template.coordinates = try attributes.choice("coordinate_transformation_mode", default: .halfPixel)
        template.rounding = try attributes.choice("nearest_mode", default: .roundPreferFloor)
        template.cubicCoefficient = try attributes.float("cubic_coeff_a", default: -0.75)
        template.excludesOutside = try attributes.flag("exclude_outside", default: false)
        template.extrapolationValue = try attributes.float("extrapolation_value", default: 0)
        if opset >= 18, try attributes.flag("antialias", default: false) {
            throw HoneError(
                .unsupported, "attribute antialias is 1, which is not supported",
                remedy: "export the model with antialias off, or resize before the model")
        }
    }

    package var planTimeInputs: [Int] {
        if opset == 10 { return [1] }
        return template.coordinates == .tfCropAndResize ? [1, 2, 3] : [2, 3]
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try resampling(operands).outputType(try operands.type(0))]
    }

    /// What to compute for these inputs.
    package func resampling(_ operands: Operands) throws(HoneError) -> Resampling {
        let shape = try operands.type(0).shape
        let axes = try CheckedDimension.distinctAxes(self.axes ?? Array(shape.indices), rank: shape.count)
        var result = template
        result.axes = shape.map { Resampling.Axis(inputSize: $0, outputSize: $0) }

        let scales = try given(operands, opset == 10 ? 1 : 2) ? operands.floats(opset == 10 ? 1 : 2) : nil
        let sizes = try opset >= 11 && given(operands, 3) ? operands.vector(3) : nil
        switch (scales, sizes) {
        case (let scales?, nil):
            try result.setScales(scales, axes: axes)
        case (nil, let sizes?):
            try setSizes(sizes, axes: axes, of: &result)
        default:
            throw HoneError(.invalidModel, "one of the inputs scales and sizes must be given")
        }
        if template.coordinates == .tfCropAndResize {
            let region = try operands.floats(1) ?? []
            guard region.count == 2 * axes.count, region.allSatisfy(\.isFinite) else {
                throw HoneError(.invalidModel, "input roi must hold \(2 * axes.count) finite numbers, but is \(region)")
            }
            for (index, axis) in axes.enumerated() {
                result.axes[axis].region = (region[index], region[index + axes.count])
            }
        }
        return result
    }

    /// Exporters write an empty tensor for an input that is not meant.
    private func given(_ operands: Operands, _ index: Int) -> Bool {
        (operands.optionalType(index)?.elementCount ?? 0) > 0
    }

    private func setSizes(_ sizes: [Int], axes: [Int], of result: inout Resampling) throws(HoneError) {
        guard sizes.count == axes.count, sizes.allSatisfy({ $0 >= 0 }) else {
            throw HoneError(.invalidModel, "sizes \(sizes) do not fit the axes \(axes)")
        }
        var scales: [Float] = []
        for (axis, size) in zip(axes, sizes) {
            let inputSize = result.axes[axis].inputSize
            guard inputSize > 0 || size == 0 else {
                throw HoneError(.invalidModel, "an axis of size 0 cannot become \(size)")
            }
            scales.append(inputSize == size ? 1 : Float(size) / Float(inputSize))
        }
        // Resize 18: one scale for all axes, the smallest or the largest, rounding halves up.
        let common: Float? =
            switch aspectRatio {
            case .stretch: nil
            case .notLarger: scales.min()
            case .notSmaller: scales.max()
            }
        for (index, axis) in axes.enumerated() {
            result.axes[axis].scale = common ?? scales[index]
            guard let common else {
                result.axes[axis].outputSize = sizes[index]
                continue
            }
            let real = common * Float(result.axes[axis].inputSize)
            result.axes[axis].outputSize = try CheckedDimension.size(
                Double(real.rounded(.toNearestOrAwayFromZero)))
        }
    }
}

extension Resampling {
    /// Scales the axes; an output size is `floor(size * scale)` in float32, as ONNX Runtime computes it.
    mutating func setScales(_ scales: [Float], axes named: [Int]) throws(HoneError) {
        guard scales.count == named.count, scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw HoneError(.invalidModel, "scales \(scales) must be \(named.count) positive numbers")
        }
        for (axis, scale) in zip(named, scales) {
            axes[axis].scale = scale
            axes[axis].outputSize = try CheckedDimension.size(
                Double((Float(axes[axis].inputSize) * scale).rounded(.down)))
        }
    }
}
