import Tensors

/// Removes nodes that give on their input as it is: Identity, Dropout at inference, Cast to the same type, Reshape to
/// the same shape.
///
/// An identity from a graph input or a constant to a graph output stays: both names belong to the caller.
package struct IdentityRemoval: GraphPass {
    package static let name = "identity-removal"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        let needsTypes = graph.nodes.contains { $0.applies("Cast") || $0.applies("Reshape") }
        let types = needsTypes ? StaticTypes(graph, evaluator: evaluator) : nil
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let node = editor[number], let source = node.input(0), let result = node.outputs.first,
                isIdentity(node, editor, types)
            else { continue }
            if editor.bypass(number, from: source, to: result) { changes += 1 }
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }

    private func isIdentity(_ node: Node, _ editor: GraphEditor, _ types: StaticTypes?) -> Bool {
        guard node.isStandard, let source = node.input(0), let result = node.outputs.first else { return false }
        switch node.operatorType {
        case "Identity":
            return true
        case "Dropout":
            guard node.outputs.dropFirst().allSatisfy({ editor.isUnused($0) }) else { return false }
            // Dropout 12 and 13: input 2 is training_mode, absent for false.
            guard node.input(2) != nil else { return true }
            return editor.constant(node, 2)?.integers() == [0]
        case "Cast":
            guard let target = node.int("to"), let known = types?.elementType(source) else { return false }
            return Int(known.rawValue) == target
        case "Reshape":
            guard let before = types?.exact[source], let after = types?.exact[result] else { return false }
            return before == after
        default:
            return false
        }
    }
}
