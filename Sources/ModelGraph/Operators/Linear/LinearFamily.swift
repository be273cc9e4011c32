extension OperatorCatalog {
    /// Convolutions and matrix products in floating point.
    static let linearFamily: [any Operator.Type] = [
        Conv.self,
        ConvTranspose.self,
        Gemm.self,
        MatMul.self,
    ]
}
