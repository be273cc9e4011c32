import Tensors

/// Removes nodes, constants and declared types on which no graph output depends.
package struct DeadNodeRemoval: GraphPass {
    package static let name = "dead-node-removal"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        var live = Set(graph.outputs.map(\.name))
        var kept: [Node] = []
        for node in graph.nodes.reversed() where node.outputs.contains(where: { live.contains($0) && !$0.isEmpty }) {
            kept.append(node)
            live.formUnion(node.inputs)
        }
        var changes = graph.nodes.count - kept.count
        graph.nodes = kept.reversed()

        // A constant that is an input, too, is a default that the caller may override, so it is part of the interface;
        // below IR 4 every constant had to be listed so, which says nothing.
        let inputNames = Set(graph.inputs.map(\.name))
        let unused = Set(
            graph.initializers.keys.filter { name in
                !live.contains(name) && !(graph.irVersion >= 4 && inputNames.contains(name))
            })
        if !unused.isEmpty {
            graph.removeInitializers(unused)
            graph.inputs.removeAll { unused.contains($0.name) }
            changes += unused.count
        }

        let values = graph.allValueNames
        let undeclared = graph.declaredTypes.keys.filter { !values.contains($0) }
        for name in undeclared { graph.declaredTypes[name] = nil }
        return changes + undeclared.count
    }
}
