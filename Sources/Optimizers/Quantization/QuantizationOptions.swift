import ModelGraph

/// How a model is quantized.
package struct QuantizationOptions: Sendable {
    /// Chooses the ranges of activations.
    package var estimator: any RangeEstimator = MeanSquaredErrorRange()
    /// The type of activations.
    package var activationType = QuantizedType.uint8
    /// One scale for each weight tensor instead of one for each output channel.
    package var perTensorWeights = false
    /// Nodes, by name, that stay float.
    package var excludedNodes: Set<String> = []
    /// Operators, such as `Add`, that stay float.
    package var excludedOperators: Set<String> = []
    /// Whether an operator that makes a graph output has its output quantized, without which it would not run in int8.
    package var quantizesOutputs = true
    /// What a recipe changes in layers, by the name of the node's first output.
    package var adjustments: [String: LayerAdjustment] = [:]
    /// The recipe in a few words, for `summary`; nil for `fast`.
    package var recipe: String?

    package init() {}

    /// Why a node is to stay float, nil if it may be quantized.
    func exclusion(of node: Node) -> String? {
        if excludedNodes.contains(node.name), !node.name.isEmpty { return "excluded by name" }
        if excludedOperators.contains(node.operatorType) { return "operator \(node.operatorType) is excluded" }
        return nil
    }

    /// One line for reports and for the model's metadata.
    package var summary: String {
        let weights = perTensorWeights ? "per tensor" : "per channel"
        return "static QDQ, activations \(activationType.rawValue) (\(estimator.name)), weights int8 \(weights)"
            + (recipe.map { ", recipe \($0)" } ?? "")
    }
}
