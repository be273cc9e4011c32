import Tensors

/// The int32 sums of a convolution of quantized values: x, w, optional x_zero_point, optional w_zero_point (per tensor or
/// per output channel). Padding is x's zero point. ONNX ConvInteger 10.
package struct ConvInteger: ConvolutionOperator {
    package static let identifier = OperatorIdentifier("ConvInteger")
    package static let opsets = 10...25
    package static let inputCount = 2...4

    package let window: WindowAttributes
    package let group: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        window = try WindowAttributes(&attributes)
        group = try attributes.convolutionGroup()
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let input = try operands.type(0, in: .eightBit)
        let weight = try operands.type(1, in: .eightBit)
        let shape = try outputShape(input: input.shape, weight: weight.shape)
        if operands.has(2) { try operands.checkPerTensor(2, "x_zero_point", [input.elementType]) }
        if operands.has(3) {
            try operands.checkPerChannel(3, "w_zero_point", [weight.elementType], channels: weight.shape[0])
        }
        return [try TensorType.validated(.int32, shape)]
    }
}
