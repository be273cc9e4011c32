/// The operators, by family: one folder of `Operators/` each, one `*Family.swift` there with a line an operator.
extension OperatorCatalog {
    static let families: [[any Operator.Type]] = [
        activationFamily,
        elementwiseFamily,
        linearFamily,
        normalizationFamily,
        poolingFamily,
        reductionFamily,
        movementFamily,
        quantizedLinearFamily,
        quantizedElementwiseFamily,
        fusedFamily,
    ]
}
