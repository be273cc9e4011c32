import ModelGraph
import Tensors

/// Where a weighted operator has its output channels.
struct WeightLayout {
    /// How many output channels the operator has.
    let outputCount: Int
    /// The axis that holds one index for each of them; nil if weights get a single scale.
    let axis: Int?

    /// - Precondition: `QuantizationRule` checked the rank of the weights, and that the group divides their inputs.
    init(_ node: Node, weights: Tensor, perTensor: Bool) {
        let shape = weights.shape
        switch node.operatorType {
        case "Conv":
            outputCount = shape[0]
            axis = perTensor ? nil : 0
        case "ConvTranspose":
            // Weights are (C, M / group, …): an index of axis 1 stands for one output channel of each group, which one
            // scale cannot serve; with one output for each input, axis 0 is the output channel.
            let group = node.intAttribute("group", default: 1)
            outputCount = shape[1] * group
            let perChannel = group == 1 ? 1 : shape[1] == 1 && shape[0] == group ? 0 : nil
            axis = perTensor ? nil : perChannel
        case "Gemm":
            let outputAxis = node.intAttribute("transB", default: 0) != 0 ? 0 : 1
            outputCount = shape[outputAxis]
            axis = perTensor ? nil : outputAxis
        default:
            // MatMul: columns. A stack of matrices has the same column index in each, and gets a single scale.
            outputCount = shape.count > 1 ? shape[shape.count - 1] : 1
            axis = perTensor || shape.count != 2 ? nil : 1
        }
    }
}
