extension OperatorCatalog {
    /// Arithmetic on elements, with numpy broadcasting.
    static let elementwiseFamily: [any Operator.Type] = [
        Abs.self,
        Add.self,
        Cast.self,
        Div.self,
        Exp.self,
        Max.self,
        Mean.self,
        Min.self,
        Mul.self,
        Neg.self,
        Pow.self,
        Sqrt.self,
        Sub.self,
        Sum.self,
    ]
}
