extension OperatorCatalog {
    /// Convolutions and matrix products on integers.
    static let quantizedLinearFamily: [any Operator.Type] = [
        ConvInteger.self,
        DynamicQuantizeMatMul.self,
        MatMulInteger.self,
        MatMulIntegerToFloat.self,
        QGemm.self,
        QLinearConv.self,
        QLinearMatMul.self,
    ]
}
