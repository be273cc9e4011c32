import Tensors

/// Notes on a float addition which Relu alone reads its result, so that a backend may do both at once.
///
/// A note, not a fusion, as `ResidualAddMarking` leaves it.
package struct AdditionActivationMarking: GraphPass {
    package static let name = "addition-activation-marking"
    /// The key of the note in `Node.annotations`; its value is the name of the Relu's result.
    package static let key = "hone_relu_after"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let activation = editor[number], activation.applies("Relu"), let source = activation.input(0),
                let result = activation.outputs.first, editor.hasSingleUser(source),
                let (maker, addition) = editor.producer(of: source, among: ["Add"]),
                addition.annotations[AdditionActivationMarking.key] != result
            else { continue }
            var marked = addition
            marked.annotations[AdditionActivationMarking.key] = result
            editor.replace(maker, with: marked)
            changes += 1
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }
}
