extension OperatorCatalog {
    /// Reductions over axes, and functions that need one.
    static let reductionFamily: [any Operator.Type] = []
}
