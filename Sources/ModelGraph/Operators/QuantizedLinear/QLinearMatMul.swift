import Tensors

/// A matrix product of quantized values: a, a_scale, a_zero_point (per tensor or row), b, b_scale, b_zero_point (per tensor
/// or column), y_scale, y_zero_point (per tensor). ONNX QLinearMatMul 10, 21.
package struct QLinearMatMul: Operator {
    package static let identifier = OperatorIdentifier("QLinearMatMul")
    package static let opsets = 10...25
    package static let inputCount = 8...8

    /// The element types that the opset allows for scales.
    private let scaleTypes: Set<ElementType>

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        scaleTypes = attributes.opset >= 21 ? [.float32, .float16, .bfloat16] : [.float32]
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let a = try operands.type(0, in: .eightBit)
        let b = try operands.type(3, in: .eightBit)
        let shape = try MatrixProductShape(a: a.shape, b: b.shape)
        try operands.checkPerRow(1, "a_scale", scaleTypes, shape)
        try operands.checkPerRow(2, "a_zero_point", [a.elementType], shape)
        try operands.checkPerColumn(4, "b_scale", scaleTypes, shape)
        try operands.checkPerColumn(5, "b_zero_point", [b.elementType], shape)
        try operands.checkPerTensor(6, "y_scale", scaleTypes)
        try operands.checkPerTensor(7, "y_zero_point", .eightBit)
        return [try TensorType.validated(try operands.type(7).elementType, shape.output)]
    }
}
