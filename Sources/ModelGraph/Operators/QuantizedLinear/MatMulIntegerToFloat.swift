import Tensors

/// A matrix product of quantized values, dequantized: A, B, a_scale (per tensor), b_scale (per tensor or column), optional
/// a_zero_point, optional b_zero_point, optional float bias for each column. com.microsoft MatMulIntegerToFloat 1.
package struct MatMulIntegerToFloat: Operator {
    package static let identifier = OperatorIdentifier("MatMulIntegerToFloat", domain: microsoftDomain)
    package static let opsets = 1...1
    package static let inputCount = 4...7

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let a = try operands.type(0, in: .eightBit)
        let b = try operands.type(1, in: .eightBit)
        let shape = try MatrixProductShape(a: a.shape, b: b.shape)
        try operands.checkPerTensor(2, "a_scale", [.float32])
        try operands.checkPerColumn(3, "b_scale", [.float32], shape)
        try operands.checkScales(2)
        try operands.checkScales(3)
        if operands.has(4) { try operands.checkPerTensor(4, "a_zero_point", [a.elementType]) }
        if operands.has(5) { try operands.checkPerColumn(5, "b_zero_point", [b.elementType], shape) }
        try operands.checkColumnBias(6, shape)
        return [try TensorType.validated(.float32, shape.output)]
    }
}
