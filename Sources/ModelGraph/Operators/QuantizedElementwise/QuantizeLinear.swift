import Tensors

/// `y = saturate(rint(x / scale) + zeroPoint)`. ONNX QuantizeLinear 10, 13, 19, 21, 23, 24, 25.
package struct QuantizeLinear: Operator {
    package static let identifier = OperatorIdentifier("QuantizeLinear")
    package static let opsets = 10...25
    package static let inputCount = 2...3

    package let attributes: QuantizationAttributes

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        try self.init(&attributes, opset: attributes.opset)
    }

    /// - Parameter opset: the ai.onnx version whose form it is.
    init(_ attributes: inout AttributeReader, opset: Int) throws(HoneError) {
        self.attributes = try QuantizationAttributes(&attributes, opset: opset, outputTypeSince: 21)
        // Saturation is an option for 8-bit floating point alone, which is refused; the division is in float32, which
        // is no less precise than any type that `precision` can name.
        if opset >= 19 { attributes.ignore("saturate") }
        if opset >= 23 { attributes.ignore("precision") }
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: Set<ElementType>.floats.union([.int32]))
        try attributes.checkParameters(operands)
        let pointType = operands.optionalType(2)?.elementType
        if let pointType, let outputType = attributes.outputType, pointType != outputType {
            throw HoneError(.invalidModel, "output_dtype is \(outputType), but the zero point is of \(pointType)")
        }
        let target = pointType ?? attributes.outputType ?? .uint8
        guard QuantizedRange(target) != nil else {
            throw HoneError(.unsupported, "quantization to \(target); supported are int16, int8, uint16, uint8")
        }
        return [TensorType(target, x.shape)]
    }
}

/// ONNX Runtime's own name for the same, from before opset 21 had 16-bit types. com.microsoft QuantizeLinear 1.
package struct MicrosoftQuantizeLinear: Operator {
    package static let identifier = OperatorIdentifier("QuantizeLinear", domain: microsoftDomain)
    package static let opsets = 1...1
    package static let inputCount = 2...3

    package let standard: QuantizeLinear

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        standard = try QuantizeLinear(&attributes, opset: 13)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        try standard.inferTypes(operands)
    }
}
