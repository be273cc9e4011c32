extension OperatorCatalog {
    /// Quantization, dequantization, and operators on quantized values element by element.
    static let quantizedElementwiseFamily: [any Operator.Type] = []
}
