import Tensors

/// Notes on an addition which convolution's result it alone reads, so that a backend may add while it stores.
///
/// A note, not a fusion: a backend that does not read it runs both nodes and gets the same bits.
package struct ResidualAddMarking: GraphPass {
    package static let name = "residual-add-marking"
    /// The key of the note in `Node.annotations`; its value is the name of the convolution's result.
    package static let key = "hone_residual_of"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard var node = editor[number], let positions = operandPositions(node) else { continue }
            let candidates = positions.compactMap { position -> (maker: Int, value: String)? in
                guard let value = node.input(position), editor.hasSingleUser(value),
                    node.inputs.filter({ $0 == value }).count == 1, let maker = editor.producer(of: value),
                    let producer = editor[maker], isConvolution(producer)
                else { return nil }
                return (maker, value)
            }
            // Of two, the later one: when it runs, the other operand is there.
            let value = candidates.max { $0.maker < $1.maker }?.value
            guard node.annotations[ResidualAddMarking.key] != value else { continue }
            node.annotations[ResidualAddMarking.key] = value
            editor.replace(number, with: node)
            changes += 1
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }

    private func operandPositions(_ node: Node) -> [Int]? {
        if node.applies("Add") { return [0, 1] }
        // QLinearAdd: A, its scale and zero point, B, ...
        let isQuantized = node.operatorType == "QLinearAdd" && [microsoftDomain, honeDomain].contains(node.domain)
        return isQuantized ? [0, 3] : nil
    }

    private func isConvolution(_ node: Node) -> Bool {
        (node.isStandard || node.domain == honeDomain) && ["Conv", "QLinearConv"].contains(node.operatorType)
    }
}
