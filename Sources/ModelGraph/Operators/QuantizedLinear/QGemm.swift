import Tensors

/// A Gemm of quantized values: A, a_scale, a_zero_point (per tensor), B, b_scale, b_zero_point (per tensor or column),
/// optional int32 C, optional y_scale and y_zero_point, without which the output is float. com.microsoft QGemm 1.
package struct QGemm: Operator {
    package static let identifier = OperatorIdentifier("QGemm", domain: microsoftDomain)
    package static let opsets = 1...1
    package static let inputCount = 6...9

    package let alpha: Float
    package let transposesA: Bool
    package let transposesB: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        alpha = try attributes.float("alpha", default: 1)
        transposesA = try attributes.int("transA", default: 0) != 0
        transposesB = try attributes.int("transB", default: 0) != 0
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let a = try operands.type(0, in: .eightBit)
        let b = try operands.type(3, in: .eightBit)
        let shape = try GemmShape(a: a.shape, b: b.shape, transposesA: transposesA, transposesB: transposesB)
        try operands.checkPerTensor(1, "a_scale", [.float32])
        try operands.checkPerTensor(2, "a_zero_point", [a.elementType])
        try operands.checkPerChannel(4, "b_scale", [.float32], channels: shape.columns)
        try operands.checkPerChannel(5, "b_zero_point", [b.elementType], channels: shape.columns)
        try operands.checkAddend(6, elementType: .int32, output: shape.output)
        guard operands.has(7) == operands.has(8) else {
            throw HoneError(.invalidModel, "y_scale and y_zero_point must both be given or both be left out")
        }
        guard operands.has(7) else { return [try TensorType.validated(.float32, shape.output)] }
        try operands.checkPerTensor(7, "y_scale", [.float32])
        try operands.checkPerTensor(8, "y_zero_point", .eightBit)
        return [try TensorType.validated(try operands.type(8).elementType, shape.output)]
    }
}
