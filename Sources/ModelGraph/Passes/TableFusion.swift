import Tensors

/// Replaces what a quantized value goes through element by element, from 8 bits to 8 bits, by one table of 256 results.
///
/// However the activation was exported - HardSwish as one node, as `x * HardSigmoid(x)`, or as
/// `x * Clip(x + 3, 0, 6) / 6`, with or without QuantizeLinear and DequantizeLinear in between - its nodes fill the table,
/// so that no bit changes. A lone Clamp, Relu or Clip stays: clamping costs no more than looking up.
package struct TableFusion: GraphPass {
    package static let name = "table-fusion"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        guard graph.nodes.contains(where: { $0.isDequantizeLinear || $0.computesOnIntegers }) else { return 0 }
        let operators = try graph.nodes.map { node throws(HoneError) in try graph.decode(node) }
        let types = StaticTypes(graph, evaluator: evaluator)
        var editor = GraphEditor(graph)
        var changes = 0
        // From the end, so that a function comes before its own parts.
        for number in editor.numbers.reversed() {
            guard let node = editor[number] else { continue }
            for function in ByteFunction.ending(with: number, editor, types) {
                guard function.numbers.count > 1 || node.computesOnIntegers,
                    let table = function.table(editor, operators, types, evaluator)
                else { continue }
                replace(function, by: table, &editor)
                changes += 1
                break
            }
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }

    private func replace(_ function: ByteFunction, by table: Tensor, _ editor: inout GraphEditor) {
        guard let last = function.numbers.last, let node = editor[last] else { return }
        let name = editor.addConstant(node.outputs[0] + "_table", table)
        editor.importDomain(honeDomain, version: 1)
        editor.replace(
            last,
            with: Node(
                "TableLookup", name: node.name, domain: honeDomain, inputs: [function.source, name],
                outputs: node.outputs))
        // A DequantizeLinear that others read stays.
        for number in function.numbers.dropLast().reversed() {
            if let node = editor[number], node.outputs.allSatisfy({ editor.isUnused($0) }) { editor.remove(number) }
        }
    }
}
