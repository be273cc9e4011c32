import ModelGraph

/// How a file spells integer arithmetic.
package enum QuantizedFormat: String, Sendable {
    /// Float operators between QuantizeLinear and DequantizeLinear.
    case qdq = "QDQ"
    /// The integer operators of ai.onnx; QDQ where it has none.
    case qoperator = "QOperator"
}

/// How a model is quantized.
package struct QuantizationOptions: Sendable {
    /// Chooses the ranges of activations.
    package var estimator: any RangeEstimator = MeanSquaredErrorRange()
    /// The type of activations.
    package var activationType = QuantizedType.uint8
    /// Which operators stand for integer arithmetic in the file.
    package var format = QuantizedFormat.qdq
    /// One scale for each weight tensor instead of one for each output channel.
    package var perTensorWeights = false
    /// Nodes that stay float, by name, or by their first output where they have none.
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
        if let name = node.selectionName, excludedNodes.contains(name) { return "excluded by name" }
        if excludedOperators.contains(node.operatorType) { return "operator \(node.operatorType) is excluded" }
        return nil
    }

    /// One line for reports and for the model's metadata.
    package var summary: String {
        let weights = perTensorWeights ? "per tensor" : "per channel"
        return
            "static \(format.rawValue), activations \(activationType.rawValue) (\(estimator.name)), weights int8 \(weights)"
            + (recipe.map { ", recipe \($0)" } ?? "")
    }
}
