extension OperatorCatalog {
    /// Operators that move, repeat, drop or make elements, and that tell of shapes.
    static let movementFamily: [any Operator.Type] = []
}
