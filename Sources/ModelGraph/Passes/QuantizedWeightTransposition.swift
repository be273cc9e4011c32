import Tensors

/// Transposes quantized weights once, where an exporter put a Transpose between their DequantizeLinear and a product:
/// recognition wants the DequantizeLinear next to it.
package struct QuantizedWeightTransposition: GraphPass {
    package static let name = "quantized-weight-transposition"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        let operators = try graph.nodes.map { node throws(HoneError) in try graph.decode(node) }
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let node = editor[number], let transpose = operators[number] as? Transpose,
                let value = node.input(0), let dequantize = editor.dequantization(of: value),
                dequantize.int("block_size") ?? 0 == 0, let name = dequantize.input(0),
                let integers = editor.constant(name), let scale = editor.constant(dequantize, 1),
                let permutation = try? transpose.permutation(rank: integers.rank)
            else { continue }
            let type = TensorType(integers.elementType, permutation.map { integers.shape[$0] })
            guard let turned = try? evaluator.evaluate(transpose, inputs: [integers], outputTypes: [type]).first else {
                continue
            }
            var replacement = dequantize
            replacement.outputs = node.outputs
            if scale.elementCount != 1 {
                // DequantizeLinear 13: axis is 1 unless given.
                let given = dequantize.int("axis") ?? 1
                let axis = given < 0 ? given + integers.rank : given
                guard let moved = permutation.firstIndex(of: axis) else { continue }
                replacement.attributes["axis"] = .int(Int64(moved))
            }
            replacement.inputs[0] = editor.addConstant(name + "_transposed", turned)
            editor.replace(number, with: replacement)
            changes += 1
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }
}
