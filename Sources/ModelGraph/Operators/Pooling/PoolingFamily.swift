extension OperatorCatalog {
    /// Reductions over windows and over whole planes.
    static let poolingFamily: [any Operator.Type] = [
        AveragePool.self,
        GlobalAveragePool.self,
        GlobalMaxPool.self,
        MaxPool.self,
    ]
}
