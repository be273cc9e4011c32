extension OperatorCatalog {
    /// Reductions over axes, and functions that need one.
    static let reductionFamily: [any Operator.Type] = [
        ArgMax.self,
        LogSoftmax.self,
        ReduceMax.self,
        ReduceMean.self,
        ReduceMin.self,
        ReduceSum.self,
        Softmax.self,
        TopK.self,
    ]
}
