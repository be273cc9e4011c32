extension PassPipeline {
    /// Leaves a model that is standard ONNX and smaller: what optimizers start from and files hold.
    package static let portable = PassPipeline([
        ConstantFolding(), IdentityRemoval(), DeadNodeRemoval(), BatchNormFolding(), DeadNodeRemoval(),
    ])

    /// Leaves a model to run: integer operators recognised, activations fused. It may hold operators of the `hone` domain,
    /// and is never written.
    package static let execution = PassPipeline([
        ConstantFolding(), IdentityRemoval(), BatchNormFolding(),
        QuantizedOperatorExpansion(), QuantizedWeightTransposition(), QDQRecognition(),
        // What recognition left unread would count as a user of the integers, and be folded for nothing.
        DeadNodeRemoval(),
        QuantizedActivationFusion(), FoldRemainingConstants(), TableFusion(), MatMulBiasFusion(), ActivationFusion(),
        DeadNodeRemoval(), BlockRepacking(), ResidualAddMarking(), AdditionActivationMarking(),
    ])

    /// Leaves a float model to calibrate, faster and with the same bits; to be run keeping the values to watch.
    package static let calibration = PassPipeline([
        ActivationFusion(), DeadNodeRemoval(), ResidualAddMarking(), AdditionActivationMarking(),
    ])

    /// The same integer operators, one node each: what fused execution must equal bit for bit.
    package static let unfusedExecution = PassPipeline([
        ConstantFolding(), IdentityRemoval(), BatchNormFolding(), QDQRecognition(), DeadNodeRemoval(),
        FoldRemainingConstants(), DeadNodeRemoval(),
    ])
}
