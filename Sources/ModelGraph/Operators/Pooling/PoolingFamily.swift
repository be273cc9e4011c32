extension OperatorCatalog {
    /// Reductions over windows and over whole planes.
    static let poolingFamily: [any Operator.Type] = []
}
