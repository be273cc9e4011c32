import ModelGraph
import Tensors

/// What a recipe changes in a layer beside rounding to nearest. Keyed in `QuantizationOptions.adjustments` by the name of
/// the node's first output.
package struct LayerAdjustment: Sendable {
    /// Integers for the weights, on the scales that they were found with; they are used where those are still the layer's.
    package var integers: Tensor?
    package var scales: [Float] = []
    /// Added to the bias, in real numbers: one for each output channel.
    package var biasShift: [Float]?
    /// How many samples the shift is from.
    package var biasSampleCount = 0
    /// What else was done, for the report: `rounding compensated (error 41 %)`, …
    package var notes: [String] = []

    /// All that was done, for the report.
    var descriptions: [String] {
        notes + (biasShift == nil ? [] : ["bias corrected on \(biasSampleCount) samples"])
    }

    package init() {}
}

/// A node with constant weights as quantization sees it: `alpha` and `beta` of a Gemm are in the numbers.
struct WeightedLayer {
    let index: Int
    let node: Node
    let layout: WeightLayout
    /// Float32, in the node's own shape.
    let weights: Tensor
    /// One element for each output channel.
    let bias: [Float]?

    /// Nil if the node's weights are not constant.
    init?(_ index: Int, in graph: Graph, perTensor: Bool) {
        let node = graph.nodes[index]
        guard let name = node.input(1), let constant = graph.constant(name) else { return nil }
        let isGemm = node.operatorType == "Gemm"
        let alpha = isGemm ? node.floatAttribute("alpha", default: 1) : 1
        let beta = isGemm ? node.floatAttribute("beta", default: 1) : 1
        let layout = WeightLayout(node, weights: constant, perTensor: perTensor)
        (self.index, self.node, self.layout) = (index, node, layout)
        weights = alpha == 1 ? constant : Tensor(constant.floats().map { $0 * alpha }, shape: constant.shape)
        bias = node.input(2).flatMap { graph.constant($0) }.map { tensor in
            let values = tensor.floats().map { $0 * beta }
            return values.count == 1 ? Array(repeating: values[0], count: layout.outputCount) : values
        }
    }

    /// The weights rounded to nearest, on the scales that they have in the file.
    func nearest(inputScale: Float) -> WeightQuantization {
        let minimum = bias.map {
            BiasQuantization.minimumWeightScales($0, inputScale: inputScale, perChannel: layout.axis != nil)
        }
        return WeightQuantization(weights, axis: layout.axis, minimumScales: minimum)
    }
}
