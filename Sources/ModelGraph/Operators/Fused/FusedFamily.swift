extension OperatorCatalog {
    /// Operators of the `hone` domain, which passes make and files never hold.
    static let fusedFamily: [any Operator.Type] = [
        Clamp.self,
        FusedConv.self,
        FusedGemm.self,
        FusedQGemm.self,
        FusedQLinearAdd.self,
        FusedQLinearConv.self,
        FusedQLinearMatMul.self,
        TableLookup.self,
    ]
}
