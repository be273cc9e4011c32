import Tensors

/// Enlarges a tensor by a factor for each axis. ONNX Upsample 7 (`scales` as attribute), 9 (as input), 10; from opset
/// 10 on it is deprecated in favour of Resize, and exporters stopped writing it.
package struct Upsample: Operator {
    package static let identifier = OperatorIdentifier("Upsample")
    package static let opsets = 7...10
    package static let inputCount = 1...2

    private var template = Resampling()
    private let scales: [Float]?
    private let opset: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        opset = attributes.opset
        try attributes.expectInputs(opset < 9 ? 1...1 : 2...2)
        template.interpolation = try attributes.choice("mode", default: .nearest)
        scales = opset < 9 ? try attributes.floats("scales") : nil
        guard opset >= 9 || scales != nil else { throw HoneError(.invalidModel, "attribute scales is missing") }
        guard template.interpolation != .cubic else {
            throw HoneError(.unsupported, "mode 'cubic' is not one of Upsample's; supported are nearest, linear")
        }
    }

    package var planTimeInputs: [Int] { opset < 9 ? [] : [1] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try resampling(operands).outputType(try operands.type(0))]
    }

    /// What to compute for these inputs.
    package func resampling(_ operands: Operands) throws(HoneError) -> Resampling {
        let shape = try operands.type(0).shape
        let scales = opset < 9 ? self.scales ?? [] : try operands.floats(1) ?? []
        guard scales.allSatisfy({ $0 >= 1 }) else {
            throw HoneError(.invalidModel, "scales \(scales) must be at least 1")
        }
        var result = template
        result.axes = shape.map { Resampling.Axis(inputSize: $0, outputSize: $0) }
        try result.setScales(scales, axes: Array(shape.indices))
        return result
    }
}
