extension OperatorCatalog {
    /// Convolutions and matrix products on integers.
    static let quantizedLinearFamily: [any Operator.Type] = [
        ConvInteger.self,
        QLinearConv.self,
    ]
}
