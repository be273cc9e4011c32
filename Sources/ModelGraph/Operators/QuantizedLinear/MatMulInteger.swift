import Tensors

/// The int32 sums of a matrix product of quantized values: A, B, optional a_zero_point (per tensor or row), optional
/// b_zero_point (per tensor or column). ONNX MatMulInteger 10.
package struct MatMulInteger: Operator {
    package static let identifier = OperatorIdentifier("MatMulInteger")
    package static let opsets = 10...25
    package static let inputCount = 2...4

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let a = try operands.type(0, in: .eightBit)
        let b = try operands.type(1, in: .eightBit)
        let shape = try MatrixProductShape(a: a.shape, b: b.shape)
        if operands.has(2) { try operands.checkPerRow(2, "a_zero_point", [a.elementType], shape) }
        if operands.has(3) { try operands.checkPerColumn(3, "b_zero_point", [b.elementType], shape) }
        return [try TensorType.validated(.int32, shape.output)]
    }
}

extension Operands {
    /// Checks a scale or zero point of a left operand: per tensor or per row.
    func checkPerRow(
        _ index: Int, _ role: String, _ elementTypes: Set<ElementType>, _ product: MatrixProductShape
    ) throws(HoneError) {
        let shape = try type(index, in: elementTypes).shape
        guard product.rowParameter(shape) != nil else {
            throw HoneError(
                .invalidModel, "\(role) has shape \(shape); expected one element or \(product.rowParameters)")
        }
    }

    /// Checks a scale or zero point of a right operand: per tensor or per column.
    func checkPerColumn(
        _ index: Int, _ role: String, _ elementTypes: Set<ElementType>, _ product: MatrixProductShape
    ) throws(HoneError) {
        let shape = try type(index, in: elementTypes).shape
        guard product.columnParameter(shape) != nil else {
            throw HoneError(
                .invalidModel, "\(role) has shape \(shape); expected one element or \(product.columnParameters)")
        }
    }
}
