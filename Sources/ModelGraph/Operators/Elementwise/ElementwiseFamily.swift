extension OperatorCatalog {
    /// Arithmetic on elements, with numpy broadcasting.
    static let elementwiseFamily: [any Operator.Type] = []
}
