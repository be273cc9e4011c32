import Tensors

/// A product of float rows, quantized to uint8 as DynamicQuantizeLinear does, with a quantized matrix: A, B, b_scale (per
/// tensor or column), optional b_zero_point, optional float bias for each column. com.microsoft DynamicQuantizeMatMul 1.
package struct DynamicQuantizeMatMul: Operator {
    package static let identifier = OperatorIdentifier("DynamicQuantizeMatMul", domain: microsoftDomain)
    package static let opsets = 1...1
    package static let inputCount = 3...5

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let a = try operands.type(0, in: [.float32])
        let b = try operands.type(1, in: .eightBit)
        let shape = try MatrixProductShape(a: a.shape, b: b.shape)
        try operands.checkPerColumn(2, "b_scale", [.float32], shape)
        try operands.checkScales(2)
        if operands.has(3) { try operands.checkPerColumn(3, "b_zero_point", [b.elementType], shape) }
        try operands.checkColumnBias(4, shape)
        return [try TensorType.validated(.float32, shape.output)]
    }
}

extension Operands {
    /// Checks an optional float bias of a matrix product: one element for each column, as a vector or as one row.
    func checkColumnBias(_ index: Int, _ product: MatrixProductShape) throws(HoneError) {
        guard has(index) else { return }
        let shape = try type(index, in: [.float32]).shape
        guard shape == [product.columns] || shape == [1, product.columns] else {
            throw HoneError(.invalidModel, "the bias has shape \(shape); expected [\(product.columns)]")
        }
    }
}
