extension OperatorCatalog {
    /// Convolutions and matrix products on integers.
    static let quantizedLinearFamily: [any Operator.Type] = [
        ConvInteger.self,
        MatMulInteger.self,
        QGemm.self,
        QLinearConv.self,
        QLinearMatMul.self,
    ]
}
