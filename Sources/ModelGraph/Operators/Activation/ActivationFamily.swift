extension OperatorCatalog {
    /// Functions of one element.
    static let activationFamily: [any Operator.Type] = [
        Clip.self,
        Elu.self,
        HardSigmoid.self,
        HardSwish.self,
        LeakyRelu.self,
        PRelu.self,
        Relu.self,
        Sigmoid.self,
        Swish.self,
        Tanh.self,
    ]
}
