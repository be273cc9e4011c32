extension OperatorCatalog {
    /// Scaling by statistics of the data.
    static let normalizationFamily: [any Operator.Type] = [
        BatchNormalization.self,
        InstanceNormalization.self,
        LRN.self,
    ]
}
