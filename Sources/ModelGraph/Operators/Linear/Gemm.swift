import Tensors

/// `alpha * op(A) * op(B) + beta * C`, where C broadcasts and is optional from opset 11 on. ONNX Gemm 7, 9, 11, 13.
package struct Gemm: Operator {
    package static let identifier = OperatorIdentifier("Gemm")
    package static let inputCount = 2...3

    package let alpha: Float
    package let beta: Float
    package let transposesA: Bool
    package let transposesB: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        alpha = try attributes.float("alpha", default: 1)
        beta = try attributes.float("beta", default: 1)
        // Any integer but 0 stands for true, as in BLAS.
        transposesA = try attributes.int("transA", default: 0) != 0
        transposesB = try attributes.int("transB", default: 0) != 0
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let a = try operands.type(0, in: .floats)
        let b = try operands.type(1)
        try operands.checkSameElementType(0, 1)
        let shape = try GemmShape(a: a.shape, b: b.shape, transposesA: transposesA, transposesB: transposesB)
        try operands.checkAddend(2, elementType: a.elementType, output: shape.output)
        return [try TensorType.validated(a.elementType, shape.output)]
    }
}
