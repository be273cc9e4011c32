import ModelGraph
import Tensors

/// The weights of a node of a quantized graph: what its file holds for them.
struct StoredWeights {
    /// One for each channel, or one for all; nil where the weights are float.
    let scales: [Float]?
    /// What they stand for, in the order of the file; nil where there is no constant, or it is of a type that is not looked at.
    let reals: [Float]?
    /// Of the weights and all other constants that belong to the node, scales included.
    let byteCount: Int

    /// - Parameter producers: the node that makes each value.
    init(of node: Node, in graph: Graph, producers: [String: Node]) {
        var bytes = 0
        for input in node.inputs {
            if let constant = graph.constant(input) { bytes += constant.type.byteCount }
            guard let dequantize = producers[input], dequantize.operatorType == "DequantizeLinear",
                dequantize.inputs.first.flatMap({ graph.constant($0) }) != nil
            else { continue }
            bytes += dequantize.inputs.reduce(0) { $0 + (graph.constant($1)?.type.byteCount ?? 0) }
        }
        byteCount = bytes
        let isIntegerOperator = node.operatorType.hasPrefix("QLinear")
        let position = isIntegerOperator ? 3 : 1
        guard let name = node.input(position) else {
            (scales, reals) = (nil, nil)
            return
        }
        if isIntegerOperator {
            let axis = node.operatorType == "QLinearConv" ? 0 : -1
            (scales, reals) = StoredWeights.dequantized(
                graph.constant(name), scale: node.input(4), zeroPoint: node.input(5), axis: axis, in: graph)
        } else if let dequantize = producers[name], dequantize.operatorType == "DequantizeLinear" {
            (scales, reals) = StoredWeights.dequantized(
                dequantize.input(0).flatMap { graph.constant($0) }, scale: dequantize.input(1),
                zeroPoint: dequantize.input(2), axis: StoredWeights.axis(dequantize), in: graph)
        } else {
            (scales, reals) = (nil, graph.constant(name).flatMap { $0.elementType == .float32 ? $0.floats() : nil })
        }
    }

    /// Of a DequantizeLinear; it is a file's, and so may be anything.
    private static func axis(_ node: Node) -> Int {
        if case .int(let value)? = node.attributes["axis"] { Int(clamping: value) } else { 1 }
    }

    private static func dequantized(
        _ values: Tensor?, scale: String?, zeroPoint: String?, axis: Int, in graph: Graph
    ) -> ([Float]?, [Float]?) {
        guard let values, let scale, let scales = graph.constant(scale)?.floats(),
            [.int8, .uint8].contains(values.elementType), !scales.isEmpty
        else { return (nil, nil) }
        let zeros = zeroPoint.flatMap { graph.constant($0)?.floats() } ?? []
        let shape = values.shape
        let position = axis < 0 ? axis &+ shape.count : axis
        guard scales.count == 1 || (shape.indices.contains(position) && shape[position] == scales.count) else {
            return (scales, nil)
        }
        let inner = scales.count == 1 ? max(values.elementCount, 1) : shape[(position + 1)...].reduce(1, *)
        let reals = values.floats().enumerated().map { index, value in
            let channel = index / max(inner, 1) % scales.count
            let zero = zeros.count == scales.count ? zeros[channel] : zeros.first ?? 0
            return (value - zero) * scales[channel]
        }
        return (scales, reals)
    }
}
