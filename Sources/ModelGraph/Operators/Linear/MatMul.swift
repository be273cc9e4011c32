import Tensors

/// The numpy matrix product of A and B, of floats or of 32 and 64 bit integers, which wrap. ONNX MatMul 1, 9, 13.
package struct MatMul: Operator {
    package static let identifier = OperatorIdentifier("MatMul")
    package static let inputCount = 2...2

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let a = try operands.type(0, in: .floats.union([.int32, .uint32, .int64, .uint64]))
        let b = try operands.type(1)
        try operands.checkSameElementType(0, 1)
        return [try TensorType.validated(a.elementType, try MatrixProductShape(a: a.shape, b: b.shape).output)]
    }
}
