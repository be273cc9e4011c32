extension OperatorCatalog {
    /// Quantization, dequantization, and operators on quantized values element by element.
    static let quantizedElementwiseFamily: [any Operator.Type] = [
        DequantizeLinear.self,
        DynamicQuantizeLinear.self,
        MicrosoftDequantizeLinear.self,
        MicrosoftQuantizeLinear.self,
        QLinearAdd.self,
        QLinearAveragePool.self,
        QLinearConcat.self,
        QLinearGlobalAveragePool.self,
        QLinearLeakyRelu.self,
        QLinearMul.self,
        QLinearReduceMean.self,
        QLinearSigmoid.self,
        QLinearSoftmax.self,
        QLinearWhere.self,
        QuantizeLinear.self,
    ]
}
