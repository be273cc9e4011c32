import Tensors

/// The attributes that QuantizeLinear and DequantizeLinear share.
package struct QuantizationAttributes: Sendable {
    /// As in the file; nil before opset 13, which knows one scale a tensor only.
    package let axis: Int?
    /// 0 without blocks.
    package let blockSize: Int
    /// nil where the operands decide.
    package let outputType: ElementType?

    /// - Parameters:
    ///   - opset: the ai.onnx version whose attributes there may be.
    ///   - outputTypeSince: the version from which on `output_dtype` may be given.
    init(_ attributes: inout AttributeReader, opset: Int, outputTypeSince: Int) throws(HoneError) {
        axis = opset >= 13 ? try attributes.int("axis", default: 1) : nil
        blockSize = opset >= 21 ? try attributes.int("block_size", default: 0) : 0
        guard blockSize >= 0 else {
            throw HoneError(.invalidModel, "attribute block_size is \(blockSize); expected at least 0")
        }
        let code = opset >= outputTypeSince ? try attributes.int("output_dtype", default: 0) : 0
        outputType = code == 0 ? nil : try ElementType.supported(code: code)
    }

    /// Checks scales and zero points against the data; a zero point must have the shape of the scale.
    func checkParameters(_ operands: Operands) throws(HoneError) {
        let data = try operands.type(0)
        let scales = try operands.type(1, in: .floats)
        _ = try spread(data: data.shape, scales: scales.shape)
        try operands.checkScales(1)
        guard let points = operands.optionalType(2) else { return }
        guard
            points.shape == scales.shape
                || (points.rank <= 1 && scales.rank <= 1 && points.elementCount == 1
                    && scales.elementCount == 1)
        else {
            throw HoneError(
                .invalidModel, "zero points of shape \(points.shape) for scales of shape \(scales.shape)")
        }
    }

    /// How the scales lie over the data.
    package func spread(data: [Int], scales: [Int]) throws(HoneError) -> QuantizationSpread {
        try QuantizationSpread(data: data, scales: scales, axis: axis, blockSize: blockSize)
    }
}
