import Tensors

extension Graph {
    /// Checks what every pass must keep: one producer for each value, producers before users, known operators.
    ///
    /// - Throws: `.invalidModel` or `.unsupported`, naming the node.
    package func validate() throws(HoneError) {
        var produced = Set(initializers.keys)
        var inputNames: Set<String> = []
        for input in inputs {
            guard inputNames.insert(input.name).inserted else {
                throw HoneError(.invalidModel, "graph input '\(input.name)' is declared twice")
            }
            produced.insert(input.name)
        }
        for node in nodes {
            let label = node.label(opset: opset(of: node))
            for name in node.inputs where !name.isEmpty && !produced.contains(name) {
                throw HoneError(
                    .invalidModel,
                    "input '\(name)' is neither an input, nor an initializer, nor made by an earlier node",
                    node: label)
            }
            for name in node.outputs where !name.isEmpty {
                guard produced.insert(name).inserted else {
                    throw HoneError(.invalidModel, "output '\(name)' is already produced elsewhere", node: label)
                }
            }
            _ = try decode(node)
        }
        for output in outputs where !produced.contains(output.name) {
            throw HoneError(.invalidModel, "graph output '\(output.name)' is produced by nothing")
        }
    }

    /// Puts the nodes into an order in which every value is produced before it is used, keeping file order otherwise.
    ///
    /// - Throws: `.invalidModel` naming a node on a cycle, or one whose input nothing produces.
    package mutating func sortTopologically() throws(HoneError) {
        var producer: [String: Int] = [:]
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { producer[output] = index }
        }
        var pending = nodes.map { node in Set(node.inputs.compactMap { producer[$0] }).count }
        var users: [Int: [Int]] = [:]
        for (index, node) in nodes.enumerated() {
            for source in Set(node.inputs.compactMap({ producer[$0] })) { users[source, default: []].append(index) }
        }
        if isInOrder(producer) { return }
        // The lowest number first keeps the file's order among the nodes that may go next.
        var ready = MinimumHeap(pending.indices.filter { pending[$0] == 0 })
        var sorted: [Node] = []
        sorted.reserveCapacity(nodes.count)
        while let next = ready.popMinimum() {
            sorted.append(nodes[next])
            for user in users[next] ?? [] {
                pending[user] -= 1
                if pending[user] == 0 { ready.insert(user) }
            }
        }
        guard sorted.count == nodes.count else {
            let stuck = pending.indices.first { pending[$0] > 0 } ?? 0
            throw HoneError(
                .invalidModel, "the graph has a cycle through this node",
                node: nodes[stuck].label(opset: opset(of: nodes[stuck])))
        }
        nodes = sorted
    }

    private func isInOrder(_ producer: [String: Int]) -> Bool {
        nodes.enumerated().allSatisfy { index, node in
            node.inputs.allSatisfy { name in producer[name].map { $0 < index } ?? true }
        }
    }
}
