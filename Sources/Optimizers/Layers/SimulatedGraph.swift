import ModelGraph
import Tensors

/// A QDQ graph that computes in floats what the integers stand for: constants are dequantized, activations still go through
/// their quantizers, and the result of every layer can be looked at before it is rounded.
struct SimulatedGraph {
    private(set) var graph: Graph
    /// Positions of the layers with quantized weights, in order.
    let layers: [Int]

    init(_ quantized: Graph) throws(HoneError) {
        var graph = quantized
        var folded: Set<String> = []
        var nodes: [Node] = []
        for node in quantized.nodes {
            guard node.operatorType == "DequantizeLinear", let output = node.outputs.first,
                let real = SimulatedGraph.real(node, quantized)
            else {
                nodes.append(node)
                continue
            }
            graph.setInitializer(output, real)
            folded.insert(output)
        }
        graph.nodes = nodes
        layers = nodes.indices.filter { index in nodes[index].input(1).map { folded.contains($0) } ?? false }
            .filter { ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(nodes[$0].operatorType) }
        self.graph = graph
    }

    /// Gives a node another constant, under a name that no other has.
    mutating func replaceConstant(input position: Int, of node: Int, _ name: String, _ tensor: Tensor) {
        graph.setInitializer(name, tensor)
        graph.nodes[node].inputs[position] = name
    }

    /// Takes another graph that differs in constants and in which of them nodes read.
    mutating func adopt(_ graph: Graph) {
        precondition(graph.nodes.map(\.outputs) == self.graph.nodes.map(\.outputs))
        self.graph = graph
    }

    /// What a constant stands for; nil if the node's operands are computed.
    private static func real(_ node: Node, _ graph: Graph) -> Tensor? {
        guard let name = node.input(0), let values = graph.constant(name)?.integers(),
            let shape = graph.constant(name)?.shape,
            let scales = node.input(1).flatMap({ graph.constant($0) })?.floats()
        else { return nil }
        let zeros = node.input(2).flatMap { graph.constant($0) }?.integers() ?? [0]
        let axis = node.intAttribute("axis", default: 1)
        let isPerChannel = scales.count > 1 && axis >= 0 && axis < shape.count && shape[axis] == scales.count
        guard isPerChannel || scales.count == 1 else { return nil }
        let inner = isPerChannel ? shape[(axis + 1)...].reduce(1, *) : 1
        let reals = values.enumerated().map { index, value in
            let channel = isPerChannel ? index / inner % scales.count : 0
            return Float(value - zeros[zeros.count == 1 ? 0 : channel]) * scales[channel]
        }
        return Tensor(reals, shape: shape)
    }

    /// The part of the graph between two positions, as a graph of its own.
    ///
    /// - Parameters:
    ///   - types: element types of values computed before.
    ///   - outputs: what it is to give.
    func segment(_ range: Range<Int>, inputs types: [String: ElementType], outputs: [String]) -> Graph {
        var part = Graph()
        (part.opsets, part.irVersion, part.name) = (graph.opsets, graph.irVersion, graph.name)
        part.nodes = Array(graph.nodes[range])
        let made = Set(part.nodes.flatMap(\.outputs))
        for name in Set(part.nodes.flatMap(\.inputs)).sorted() where !name.isEmpty && !made.contains(name) {
            if let type = types[name] {
                part.inputs.append(ValueInfo(name: name, elementType: type, shape: nil))
            } else if let constant = graph.initializers[name] {
                part.setInitializer(name, constant)
            }
        }
        part.outputs = outputs.map { ValueInfo(name: $0, elementType: nil, shape: nil) }
        return part
    }
}
