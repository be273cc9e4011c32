import ModelGraph
import Tensors

/// A layer's weights and bias in double: output by output, and for each channel by channel, tap by tap.
struct LayerMatrix {
    let outputs: Int
    let columns: Int
    var weights: [Double]
    /// One for each output; zeros where the layer has none yet.
    var bias: [Double]
    /// Whether the operator has a place for a bias.
    let canHaveBias: Bool

    init(outputs: Int, columns: Int, weights: [Double], bias: [Double], canHaveBias: Bool) {
        (self.outputs, self.columns, self.weights, self.bias) = (outputs, columns, weights, bias)
        self.canHaveBias = canHaveBias
    }

    /// Reads a layer of a graph; `alpha` and `beta` of a Gemm are in the numbers. Nil if it has other weights by now.
    init?(_ layer: PrunableLayer, in graph: Graph) {
        guard let weighted = WeightedLayer(layer.index, in: graph, perTensor: true),
            weighted.weights.shape == layer.weightShape
        else { return nil }
        let values = weighted.weights.floats()
        (outputs, columns) = (layer.outputs, layer.columns)
        weights = [Double](repeating: 0, count: values.count)
        for output in 0..<layer.outputs {
            for column in 0..<layer.columns {
                weights[output * layer.columns + column] =
                    Double(values[layer.weightIndex(output: output, column: column)])
            }
        }
        canHaveBias = layer.operatorType != "MatMul"
        bias =
            (canHaveBias ? weighted.bias : nil)?.map { Double($0) }
            ?? [Double](repeating: 0, count: layer.outputs)
    }

    /// Writes the weights, and the bias where it changed.
    ///
    /// - Parameter changesBias: whether the bias is to be written, too.
    /// - Returns: whether all are finite in the layer's type; otherwise nothing was written.
    func write(to graph: inout Graph, _ layer: PrunableLayer, changesBias: Bool) -> Bool {
        var node = graph.nodes[layer.index]
        guard let name = node.input(1), let old = graph.constant(name) else { return false }
        let isGemm = layer.operatorType == "Gemm"
        let alpha = isGemm ? node.floatAttribute("alpha", default: 1) : 1
        var values = [Float](repeating: 0, count: weights.count)
        for output in 0..<outputs {
            for column in 0..<columns {
                values[layer.weightIndex(output: output, column: column)] =
                    Float(weights[output * columns + column] / Double(alpha))
            }
        }
        let made = Tensor(values, shape: layer.weightShape).narrowed(to: old.elementType)
        guard made.floats().allSatisfy(\.isFinite) else { return false }
        var newBias: Tensor?
        if changesBias, canHaveBias {
            let tensor = Tensor(bias.map { Float($0) }, shape: [outputs]).narrowed(to: old.elementType)
            guard tensor.floats().allSatisfy(\.isFinite) else { return false }
            newBias = tensor
        }
        var editor = GraphEditor(graph)
        node.inputs[1] = editor.rewriteConstant(name, made)
        if let newBias {
            if let place = node.input(2), graph.constant(place)?.type == newBias.type {
                node.inputs[2] = editor.rewriteConstant(place, newBias)
            } else {
                node.inputs = Array(node.inputs.prefix(2)) + [editor.addConstant("\(name)_bias", newBias)]
            }
            if isGemm { node.attributes["beta"] = nil }
        }
        editor.replace(layer.index, with: node)
        graph = editor.finish()
        return true
    }
}
