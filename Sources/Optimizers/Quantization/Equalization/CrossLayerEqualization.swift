import Foundation
import ModelGraph
import Tensors

/// Scales the channels between two convolutions so that they share one range better: what the first divides an output channel
/// by, the second multiplies its input channel with (Nagel et al. 2019, arXiv:1906.04721, section 4.1).
///
/// Weights have a scale for each output channel, so that the rows of the first convolution cost nothing. What is balanced is
/// the range of each channel as the data shows it against the weights that read it: `s = sqrt(range / max|w|)`. A depthwise
/// convolution has a scale for each channel too: there the whole range is taken out, `s = range`.
struct CrossLayerEqualization {
    /// Two convolutions with only positively homogeneous functions between them.
    struct Pair {
        let first: Int
        let second: Int
        /// What the second reads.
        let value: String
    }

    let pairs: [Pair]

    /// Functions with `f(s x) = s f(x)` for s > 0, channel by channel.
    private static let homogeneous: Set<String> = [
        "Relu", "LeakyRelu", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Identity", "Dropout",
    ]
    /// Ranges further apart than this, either way from their mean, are only brought nearer.
    private static let limit: Float = 4096

    /// Finds the pairs of a graph.
    init(_ graph: Graph) {
        let uses = ValueUses(graph)
        var producers: [String: Int] = [:]
        for (index, node) in graph.nodes.enumerated() { for output in node.outputs { producers[output] = index } }
        var pairs: [Pair] = []
        for (index, node) in graph.nodes.enumerated() where CrossLayerEqualization.isConvolution(node, graph) {
            guard let value = node.input(0) else { continue }
            var current = value
            while uses.onlyConsumer(of: current) != nil, let maker = producers[current] {
                let producer = graph.nodes[maker]
                guard producer.outputs.filter({ !$0.isEmpty }).count == 1 else { break }
                if CrossLayerEqualization.isConvolution(producer, graph) {
                    pairs.append(Pair(first: maker, second: index, value: value))
                    break
                }
                guard CrossLayerEqualization.homogeneous.contains(producer.operatorType), let before = producer.input(0)
                else { break }
                current = before
            }
        }
        self.pairs = pairs
    }

    private static func isConvolution(_ node: Node, _ graph: Graph) -> Bool {
        guard node.operatorType == "Conv", node.domain.isEmpty || node.domain == "ai.onnx", let name = node.input(1),
            let weights = graph.constant(name), weights.elementType == .float32, weights.isFinite,
            weights.shape.count >= 3, weights.elementCount > 0
        else { return false }
        guard let bias = node.input(2) else { return true }
        return graph.constant(bias).map { $0.elementType == .float32 && $0.isFinite } ?? false
    }

    /// The graph with its pairs scaled, by the magnitudes that `extremes` saw of what the second ones read.
    ///
    /// - Returns: the graph and the names of the nodes that changed.
    func apply(to graph: Graph, _ extremes: ChannelExtremes) -> (graph: Graph, changed: Set<String>) {
        var graph = graph
        var names = NameScope(graph)
        var changed: Set<String> = []
        for pair in pairs {
            guard let ranges = extremes.magnitudes[pair.value] else { continue }
            let (first, second) = (graph.nodes[pair.first], graph.nodes[pair.second])
            guard let above = first.input(1).flatMap({ graph.constant($0) }),
                let below = second.input(1).flatMap({ graph.constant($0) }), above.shape[0] == ranges.count
            else { continue }
            let group = second.intAttribute("group", default: 1)
            guard group > 0, below.shape[1] * group == ranges.count else { continue }
            let scales = CrossLayerEqualization.scales(ranges, reading: below, group: group)
            guard scales.contains(where: { $0 != 1 }) else { continue }
            let scaled = [
                CrossLayerEqualization.scale(above, perOutput: scales.map { 1 / $0 }),
                CrossLayerEqualization.scale(below, perInput: scales, group: group),
            ]
            let bias = first.input(2).flatMap { graph.constant($0) }.map { bias in
                Tensor(zip(bias.floats(), scales).map { $0 / $1 })
            }
            guard scaled.allSatisfy(\.isFinite), bias.map({ $0.isFinite && $0.elementCount == scales.count }) ?? true
            else { continue }
            replace(input: 1, of: pair.first, with: scaled[0], &graph, &names)
            replace(input: 1, of: pair.second, with: scaled[1], &graph, &names)
            if let bias { replace(input: 2, of: pair.first, with: bias, &graph, &names) }
            for node in [first, second] { changed.formUnion(node.outputs) }
        }
        return (graph, changed)
    }

    /// What the channels are divided by: 1 on the geometric mean, and for a channel that is always zero or that nothing reads.
    static func scales(_ ranges: [Float], reading weights: Tensor, group: Int) -> [Float] {
        let elements = weights.elements(as: Float.self)
        let inner = weights.shape[2...].reduce(1, *)
        let (outputs, perGroup) = (weights.shape[0] / group, weights.shape[1])
        let isDepthwise = perGroup == 1
        let raw = ranges.indices.map { channel -> Double? in
            guard ranges[channel] > 0, ranges[channel].isFinite else { return nil }
            if isDepthwise { return Double(ranges[channel]) }
            let (part, column) = channel.quotientAndRemainder(dividingBy: perGroup)
            var most: Float = 0
            for output in (part * outputs)..<((part + 1) * outputs) {
                let start = (output * perGroup + column) * inner
                for place in start..<(start + inner) { most = max(most, elements[place].magnitude) }
            }
            return most > 0 ? (Double(ranges[channel]) / Double(most)).squareRoot() : nil
        }
        let logarithms = raw.compactMap { $0 }.map { log($0) }
        guard !logarithms.isEmpty else { return [Float](repeating: 1, count: ranges.count) }
        let mean = exp(logarithms.reduce(0, +) / Double(logarithms.count))
        return raw.map { value in value.map { min(max(Float($0 / mean), 1 / limit), limit) } ?? 1 }
    }

    private static func scale(_ weights: Tensor, perOutput factors: [Float]) -> Tensor {
        let inner = weights.shape[1...].reduce(1, *)
        let elements = weights.elements(as: Float.self).enumerated().map { $1 * factors[$0 / inner] }
        return Tensor(elements, shape: weights.shape)
    }

    private static func scale(_ weights: Tensor, perInput factors: [Float], group: Int) -> Tensor {
        let inner = weights.shape[2...].reduce(1, *)
        let (outputs, perGroup) = (weights.shape[0] / group, weights.shape[1])
        let elements = weights.elements(as: Float.self).enumerated().map { index, value in
            let (output, column) = (index / inner).quotientAndRemainder(dividingBy: perGroup)
            return value * factors[output / outputs * perGroup + column]
        }
        return Tensor(elements, shape: weights.shape)
    }

    /// A constant may have other readers: the node gets one of its own.
    private func replace(
        input: Int, of index: Int, with tensor: Tensor, _ graph: inout Graph, _ names: inout NameScope
    ) {
        let name = names.unused("\(graph.nodes[index].inputs[input])_equalized")
        graph.setInitializer(name, tensor)
        graph.nodes[index].inputs[input] = name
    }
}
