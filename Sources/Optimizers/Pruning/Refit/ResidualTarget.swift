import ModelGraph

/// Which layers end in a sum that makes up for more than their own errors: where a layer's result is only added to a value
/// that is there before it, such as a shortcut's, the layer is fitted so that the sum comes right.
struct ResidualTarget {
    /// The value that each node's result is added to, by the node's position.
    let partners: [Int: String]

    init(_ graph: Graph) {
        var readers: [String: [Int]] = [:]
        var makers: [String: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs { readers[input, default: []].append(index) }
            for output in node.outputs { makers[output] = index }
        }
        let outputs = Set(graph.outputs.map(\.name))
        var partners: [Int: String] = [:]
        for (index, node) in graph.nodes.enumerated() {
            guard let result = node.outputs.first, !outputs.contains(result), let users = readers[result],
                users.count == 1, graph.nodes[users[0]].applies("Add"), graph.nodes[users[0]].inputs.count == 2,
                let other = graph.nodes[users[0]].inputs.first(where: { $0 != result }),
                graph.initializers[other] == nil, makers[other] ?? -1 < index
            else { continue }
            partners[index] = other
        }
        self.partners = partners
    }
}
