extension OperatorCatalog {
    /// Scaling by statistics of the data.
    static let normalizationFamily: [any Operator.Type] = []
}
