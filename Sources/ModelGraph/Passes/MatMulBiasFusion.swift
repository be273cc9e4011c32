import Tensors

/// Makes one Gemm of a product of matrices and the Add of a constant bias.
///
/// The sum then starts from the bias instead of ending with it, which rounds differently: a float folding, within the
/// bound of NUMERICS.md. The portable form keeps the pair, which is what exporters write and quantizers look for.
package struct MatMulBiasFusion: GraphPass {
    package static let name = "matmul-bias-fusion"

    private let mayFuse: @Sendable (Node) -> Bool

    /// - Parameter mayFuse: whether a MatMul or an Add may be changed; asked for both of a pair.
    package init(where mayFuse: @escaping @Sendable (Node) -> Bool = { _ in true }) { self.mayFuse = mayFuse }

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        // From Gemm 7 on the bias broadcasts; before, an attribute had to ask for it.
        guard let opset = graph.opsets[""] ?? graph.opsets["ai.onnx"], opset >= 7,
            graph.nodes.contains(where: { $0.applies("MatMul") })
        else { return 0 }
        let types = StaticTypes(graph, evaluator: evaluator)
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let add = editor[number], add.applies("Add"), let result = add.outputs.first,
                let layer = LinearLayer(making: result, editor, types: types), layer.resultNumber == number,
                let a = layer.node.input(0), let b = layer.node.input(1), types.rank(a) == 2,
                Set<ElementType>.floats.contains(layer.weight.elementType), let bias = layer.biasName,
                mayFuse(layer.node), mayFuse(add)
            else { continue }
            let name = layer.node.name.isEmpty ? add.name : layer.node.name
            editor.remove(layer.number)
            editor.replace(number, with: Node("Gemm", name: name, inputs: [a, b, bias], outputs: [result]))
            changes += 1
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }
}
