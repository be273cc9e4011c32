extension OperatorCatalog {
    /// Functions of one element.
    static let activationFamily: [any Operator.Type] = [
        Relu.self
    ]
}
