/// Operators whose every element follows from the elements at the same place of their inputs, by where these stand.
enum ElementwisePositions {
    private static let unary: Set<OperatorIdentifier> = [
        Abs.identifier, Clip.identifier, DequantizeLinear.identifier, Elu.identifier, Exp.identifier,
        HardSigmoid.identifier, HardSwish.identifier, LeakyRelu.identifier, MicrosoftDequantizeLinear.identifier,
        MicrosoftQuantizeLinear.identifier, Neg.identifier, PRelu.identifier, QuantizeLinear.identifier,
        Relu.identifier, Sigmoid.identifier, Sqrt.identifier, Swish.identifier, Tanh.identifier, Clamp.identifier,
        QLinearLeakyRelu.identifier, QLinearSigmoid.identifier,
    ]
    private static let variadic: Set<OperatorIdentifier> = [
        Add.identifier, Div.identifier, Max.identifier, Mean.identifier, Min.identifier, Mul.identifier,
        Pow.identifier, Sub.identifier, Sum.identifier,
    ]
    /// `a`, its scale, its zero point, `b`, ...
    private static let quantizedBinary: Set<OperatorIdentifier> = [
        FusedQLinearAdd.identifier, QLinearAdd.identifier, QLinearMul.identifier,
    ]

    /// The inputs of a node that may depend on data, where the others are constants of one element; nil for operators
    /// whose result depends on anything else, such as its place or its neighbours.
    static func ofData(_ node: Node) -> [Int]? {
        let identifier = OperatorIdentifier(node.operatorType, domain: node.domain)
        if unary.contains(identifier) { return [0] }
        if variadic.contains(identifier) { return Array(node.inputs.indices) }
        return quantizedBinary.contains(identifier) ? [0, 3] : nil
    }
}
