import Tensors

/// A grouped 1-d or 2-d convolution: inputs X, W, optional B. ONNX Conv 1, 11, 22.
package struct Conv: ConvolutionOperator {
    package static let identifier = OperatorIdentifier("Conv")
    package static let inputCount = 2...3

    package let window: WindowAttributes
    package let group: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        window = try WindowAttributes(&attributes)
        group = try attributes.convolutionGroup()
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let input = try operands.type(0, in: .floats)
        let weight = try operands.type(1)
        try operands.checkSameElementType(0, 1)
        let shape = try outputShape(input: input.shape, weight: weight.shape)
        try operands.checkBias(2, elementType: input.elementType, channels: weight.shape[0])
        return [try TensorType.validated(input.elementType, shape)]
    }
}
