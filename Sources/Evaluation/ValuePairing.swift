import ModelGraph
import Tensors

/// Which value of a quantized graph stands for which of the float one, by their names.
///
/// Quantizers keep the names of values, with a suffix or not. Where one removes a Relu or Clip because saturation does its
/// work, the value before it stands for the one behind it.
package struct ValuePairing: Sendable {
    /// One value in both graphs.
    package struct Pair: Sendable {
        /// Its name in the float graph.
        package let value: String
        /// What makes it there: an operator, whose clamp or bias may come between. nil for an input of the graph.
        package let node: Node?
        /// Its name where the quantized graph runs.
        let counterpart: String
        /// Its integers; nil where it is float in both.
        package let integers: QuantizedValue?
        /// The pairs that it is made from, with nothing paired in between: positions.
        package fileprivate(set) var sources: [Int] = []
        /// Nodes with weights since those sources, its own maker included.
        package fileprivate(set) var weightedNodeCount = 0
    }

    /// In the order of the float graph.
    package let pairs: [Pair]

    private static let weighted: Set<String> = ["Conv", "ConvTranspose", "Gemm", "MatMul"]

    /// - Parameters:
    ///   - float: after the portable passes.
    ///   - quantized: as the file has it, constants folded.
    ///   - running: what is run of it.
    init(float: Graph, quantized: Graph, values: [QuantizedValue], running: Graph) {
        let uses = FloatUses(float)
        let (names, left) = (running.allValueNames, quantized.allValueNames)
        var found: [String: (counterpart: String, integers: QuantizedValue?)] = [:]
        for value in values where names.contains(value.integers) {
            guard let name = value.names.first(where: uses.isKnown) else { continue }
            let actual = uses.behindRemovedClamps(name, left: left)
            if found[actual] == nil { found[actual] = (value.integers, value) }
        }
        let integers = Set(values.map(\.integers))
        for name in running.nodes.flatMap(\.outputs) where uses.isKnown(name) && !integers.contains(name) {
            if found[name] == nil { found[name] = (name, nil) }
        }
        for (output, counterpart) in zip(float.outputs, quantized.outputs)
        where found[output.name] == nil && names.contains(counterpart.name) && uses.isKnown(output.name) {
            found[output.name] = (counterpart.name, nil)
        }
        var pairs: [Pair] = []
        var positions: [String: Int] = [:]
        for value in float.inputs.map(\.name) + float.nodes.flatMap(\.outputs) {
            guard let (counterpart, integers) = found[value], positions[value] == nil else { continue }
            positions[value] = pairs.count
            pairs.append(
                Pair(
                    value: value, node: uses.origin(of: value) { found[$0] != nil }, counterpart: counterpart,
                    integers: integers))
        }
        var reached: [String: (sources: Set<Int>, weighted: Set<Int>)] = [:]
        for (index, node) in float.nodes.enumerated() {
            var (sources, weighted) = (Set<Int>(), Set<Int>())
            for name in node.inputs {
                if let own = positions[name] {
                    sources.insert(own)
                } else if let before = reached[name] {
                    sources.formUnion(before.sources)
                    weighted.formUnion(before.weighted)
                }
            }
            if ValuePairing.weighted.contains(node.operatorType) { weighted.insert(index) }
            for output in node.outputs {
                reached[output] = (sources, weighted)
                guard let position = positions[output] else { continue }
                pairs[position].sources = sources.sorted()
                pairs[position].weightedNodeCount = weighted.count
            }
        }
        self.pairs = pairs
    }
}

/// Who makes and reads the values of the float graph.
private struct FloatUses {
    private let graph: Graph
    private var producers: [String: Int] = [:]
    private var consumers: [String: [Int]] = [:]
    private let inputs: Set<String>
    private let outputs: Set<String>

    init(_ graph: Graph) {
        self.graph = graph
        inputs = Set(graph.requiredInputs.map(\.name))
        outputs = Set(graph.outputs.map(\.name))
        for (index, node) in graph.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { producers[output] = index }
            for input in node.inputs where !input.isEmpty { consumers[input, default: []].append(index) }
        }
    }

    func isKnown(_ value: String) -> Bool { producers[value] != nil || inputs.contains(value) }

    /// The value behind the clamps after this one that the quantized graph has no more.
    func behindRemovedClamps(_ value: String, left: Set<String>) -> String {
        var current = value
        while let readers = consumers[current], readers.count == 1, !outputs.contains(current),
            let reader = readers.first,
            ["Relu", "Clip"].contains(graph.nodes[reader].operatorType),
            let next = graph.nodes[reader].outputs.first, !left.contains(next)
        {
            current = next
        }
        return current
    }

    /// The node that users know as the layer: the one before clamps and constant operands whose inputs are compared nowhere.
    func origin(of value: String, isCompared: (String) -> Bool) -> Node? {
        guard var node = producers[value].map({ graph.nodes[$0] }) else { return nil }
        while ["Relu", "Clip", "Add", "Mul"].contains(node.operatorType) {
            let operands = node.inputs.filter { !$0.isEmpty && graph.initializers[$0] == nil }
            guard operands.count == 1, !isCompared(operands[0]), let producer = producers[operands[0]],
                consumers[operands[0]]?.count == 1
            else { break }
            node = graph.nodes[producer]
        }
        return node
    }
}
