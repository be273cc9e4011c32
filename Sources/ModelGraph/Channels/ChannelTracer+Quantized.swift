import Tensors

// Quantizing, dequantizing, and operators on integers with scales and zero points between their operands.

extension ChannelTracer {
    /// Ties what a quantized operator other than a convolution or a product ties; false for other operators.
    mutating func traceQuantized(_ index: Int, _ typed: any Operator) -> Bool {
        switch typed {
        case let node as QuantizeLinear: quantize(index, node.attributes)
        case let node as DequantizeLinear: quantize(index, node.attributes)
        case let node as MicrosoftQuantizeLinear: quantize(index, node.standard.attributes)
        case let node as MicrosoftDequantizeLinear: quantize(index, node.standard.attributes)
        case is DynamicQuantizeLinear: set(index, axes(index, 0) ?? [])
        case is FusedQLinearAdd, is QLinearAdd, is QLinearMul: broadcast(index, [0, 3])
        case is QLinearWhere: broadcast(index, [0, 1, 4])
        case is QLinearSigmoid, is QLinearLeakyRelu: set(index, axes(index, 0) ?? [])
        case let softmax as QLinearSoftmax: lines(index, softmax.axis)
        case let mean as QLinearReduceMean:
            guard let data = axes(index, 0), let reduced = try? mean.reducedAxes(rank: data.count) else { return false }
            reduce(
                index, data, data.indices.map { reduced.contains($0) }, keepsDimensions: mean.keepsDimensions)
        case let concat as QLinearConcat:
            join(
                index, Array(stride(from: 2, to: graph.nodes[index].inputs.count, by: 3)), axis: concat.axis)
        default: return false
        }
        return true
    }

    /// Scales and zero points are one for all, or one for each index of an axis.
    private mutating func quantize(_ index: Int, _ attributes: QuantizationAttributes) {
        let node = graph.nodes[index]
        guard let data = axes(index, 0), let shape = shape(node, 0), let scales = self.shape(node, 1),
            let spread = try? attributes.spread(data: shape, scales: scales)
        else { return freezeInputs(index) }
        switch spread {
        case .tensor: break
        case .axis(let axis):
            for input in [1, 2] { tieVector(index, input, to: data[axis]) }
        case .blocks:
            for axis in data { ties.freeze(axis, reason(index)) }
        }
        set(index, data)
    }
}
