import Tensors

/// A convolution of quantized values: x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point and an
/// optional int32 bias of scale `x_scale * w_scale`. Padding is the real 0, thus x's zero point. ONNX QLinearConv 10.
package struct QLinearConv: ConvolutionOperator {
    package static let identifier = OperatorIdentifier("QLinearConv")
    package static let opsets = 10...25
    package static let inputCount = 8...9

    package let window: WindowAttributes
    package let group: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        window = try WindowAttributes(&attributes)
        group = try attributes.convolutionGroup()
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let input = try operands.type(0, in: .eightBit)
        let weight = try operands.type(3, in: .eightBit)
        let shape = try outputShape(input: input.shape, weight: weight.shape)
        let channels = weight.shape[0]
        try operands.checkPerTensor(1, "x_scale", [.float32])
        try operands.checkPerTensor(2, "x_zero_point", [input.elementType])
        try operands.checkPerChannel(4, "w_scale", [.float32], channels: channels)
        try operands.checkPerChannel(5, "w_zero_point", [weight.elementType], channels: channels)
        try operands.checkPerTensor(6, "y_scale", [.float32])
        try operands.checkPerTensor(7, "y_zero_point", .eightBit)
        try operands.checkBias(8, elementType: .int32, channels: channels)
        return [try TensorType.validated(try operands.type(7).elementType, shape)]
    }
}
