import Tensors

/// `y = (x - zeroPoint) * scale` in the type of the scale. ONNX DequantizeLinear 10, 13, 19, 21, 23, 24, 25.
package struct DequantizeLinear: Operator {
    package static let identifier = OperatorIdentifier("DequantizeLinear")
    package static let opsets = 10...25
    package static let inputCount = 2...3

    package let attributes: QuantizationAttributes

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        try self.init(&attributes, opset: attributes.opset)
    }

    /// - Parameter opset: the ai.onnx version whose form it is.
    init(_ attributes: inout AttributeReader, opset: Int) throws(HoneError) {
        self.attributes = try QuantizationAttributes(&attributes, opset: opset, outputTypeSince: 23)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: [.uint8, .int8, .uint16, .int16, .int32])
        try attributes.checkParameters(operands)
        if let points = operands.optionalType(2), points.elementType != x.elementType {
            throw HoneError(.invalidModel, "the zero point is of \(points.elementType), the data of \(x.elementType)")
        }
        let scaleType = try operands.type(1).elementType
        let target = attributes.outputType ?? scaleType
        guard target.isFloatingPoint else {
            throw HoneError(.invalidModel, "output_dtype is \(target); expected a floating-point type")
        }
        return [TensorType(target, x.shape)]
    }
}

/// ONNX Runtime's own name for the same, from before opset 21 had 16-bit types. com.microsoft DequantizeLinear 1.
package struct MicrosoftDequantizeLinear: Operator {
    package static let identifier = OperatorIdentifier("DequantizeLinear", domain: microsoftDomain)
    package static let opsets = 1...1
    package static let inputCount = 2...3

    package let standard: DequantizeLinear

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        standard = try DequantizeLinear(&attributes, opset: 13)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        try standard.inferTypes(operands)
    }
}
