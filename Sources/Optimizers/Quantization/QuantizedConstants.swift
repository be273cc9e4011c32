import ModelGraph
import Tensors

/// Constants as integers behind a DequantizeLinear. Each constant is stored once for each set of scales that it needs.
struct QuantizedConstants {
    /// What decides the integers that stand for a constant.
    private struct Key: Hashable {
        let constant: String
        let axis: Int?
        let factor: Float
        let scales: [Float]
        /// The layer whose recipe changed the numbers, nil if none did.
        var layer: String?
    }

    private var dequantized: [Key: String] = [:]
    /// Nodes and initializers made since `clearNew`.
    private(set) var newNodes: [Node] = []
    private(set) var newInitializers: [(name: String, tensor: Tensor)] = []

    mutating func clearNew() {
        newNodes.removeAll()
        newInitializers.removeAll()
    }

    /// Makes weights and bias of a node integers; `alpha` and `beta` of a Gemm move into them.
    ///
    /// - Returns: what the report says of the weights.
    mutating func quantizeWeights(
        of node: inout Node, inputScale: Float, in graph: Graph, perTensor: Bool,
        adjustment: LayerAdjustment? = nil, names: inout NameScope
    ) -> QuantizationReport.Weights? {
        guard let name = node.input(1), let constant = graph.constant(name) else { return nil }
        let isGemm = node.operatorType == "Gemm"
        let alpha = isGemm ? node.floatAttribute("alpha", default: 1) : 1
        let beta = isGemm ? node.floatAttribute("beta", default: 1) : 1
        if isGemm {
            node.attributes["alpha"] = nil
            node.attributes["beta"] = nil
        }
        let layout = WeightLayout(node, weights: constant, perTensor: perTensor)
        let biasName = node.input(2)
        var bias: [Float]?
        if let biasName, let tensor = graph.constant(biasName) {
            let values = tensor.floats().map { $0 * beta }
            bias = values.count == 1 ? Array(repeating: values[0], count: layout.outputCount) : values
        }
        if let shift = adjustment?.biasShift, let unshifted = bias, shift.count == unshifted.count {
            bias = zip(unshifted, shift).map { $0 + $1 }
        }
        let minimumScales = bias.map {
            BiasQuantization.minimumWeightScales($0, inputScale: inputScale, perChannel: layout.axis != nil)
        }
        var weights = WeightQuantization(
            alpha == 1 ? constant : Tensor(constant.floats().map { $0 * alpha }, shape: constant.shape),
            axis: layout.axis, minimumScales: minimumScales)
        if let integers = adjustment?.integers, adjustment?.scales == weights.scales {
            weights = weights.with(integers)
        }
        let layer = adjustment == nil ? nil : node.outputs.first
        let key = Key(constant: name, axis: weights.axis, factor: alpha, scales: weights.scales, layer: layer)
        node.inputs[1] = store(
            key, values: weights.values, scale: weights.scaleTensor, zeroPoint: weights.zeroPointTensor, names: &names)
        if let biasName, let bias {
            let quantized = BiasQuantization(bias, inputScale: inputScale, weightScales: weights.scales)
            let axis = weights.axis == nil ? nil : 0
            let key = Key(constant: biasName, axis: axis, factor: beta, scales: quantized.scales, layer: layer)
            // ONNX DequantizeLinear 13: int32 has no zero point.
            node.inputs[2] = store(
                key, values: quantized.values, scale: quantized.scaleTensor(perChannel: axis != nil), zeroPoint: nil,
                names: &names)
        }
        return QuantizationReport.Weights(
            name: name, axis: weights.axis, scaleCount: weights.scales.count, raisedChannels: weights.raisedChannels)
    }

    /// Makes a constant operand of an activation's type: a single element exactly, others over their range.
    mutating func quantizeOperand(
        _ name: String, _ constant: Tensor, type: QuantizedType, names: inout NameScope
    ) -> String {
        let elements = constant.floats()
        let quantization =
            elements.count == 1
            ? ActivationQuantization(exactly: elements[0], type: type)
            : ActivationQuantization(ValueRange(of: elements), type: type)
        return store(
            Key(constant: name, axis: nil, factor: 1, scales: [quantization.scale, Float(quantization.zeroPoint)]),
            values: quantization.quantized(constant), scale: Tensor(scalar: quantization.scale),
            zeroPoint: type.zeroPointTensor(quantization.zeroPoint), names: &names)
    }

    private mutating func store(
        _ key: Key, values: Tensor, scale: Tensor, zeroPoint: Tensor?, names: inout NameScope
    ) -> String {
        if let known = dequantized[key] { return known }
        let base = key.constant
        var inputs = [names.unused("\(base)_quantized"), names.unused("\(base)_scale")]
        newInitializers.append((inputs[0], values))
        newInitializers.append((inputs[1], scale))
        if let zeroPoint {
            inputs.append(names.unused("\(base)_zero_point"))
            newInitializers.append((inputs[2], zeroPoint))
        }
        let output = names.unused("\(base)_dequantized")
        newNodes.append(
            Node(
                "DequantizeLinear", name: names.unused("\(base)_DequantizeLinear"), inputs: inputs, outputs: [output],
                attributes: key.axis.map { ["axis": .int(Int64($0))] } ?? [:]))
        dequantized[key] = output
        return output
    }
}
