import Tensors

/// Lets an integer operator clamp its own result where a Clamp, or an integer Relu or Clip, alone reads it.
package struct QuantizedActivationFusion: GraphPass {
    package static let name = "quantized-activation-fusion"

    /// The operators that can clamp, with the position of their result's zero point, whose type is the result's.
    private static let zeroPointInputs = ["QLinearConv": 7, "QLinearMatMul": 7, "QGemm": 8, "QLinearAdd": 7]

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let node = editor[number], let source = node.input(0), editor.hasSingleUser(source),
                let maker = editor.producer(of: source), var producer = editor[maker],
                let index = QuantizedActivationFusion.zeroPointInputs[producer.operatorType],
                let zeroPoint = editor.constant(producer, index), let range = QuantizedRange(zeroPoint.elementType),
                // QLinearMatMul 21 allows other scales, the hone domain does not.
                editor.constant(producer, index - 1)?.elementType == .float32,
                let bounds = bounds(of: node, in: range, editor)
            else { continue }
            // The attributes exist in the hone domain alone.
            let old = (
                low: producer.int("lowest") ?? Int(range.lowest), high: producer.int("highest") ?? Int(range.highest)
            )
            producer.attributes["lowest"] = .int(Int64(min(max(old.low, bounds.low), bounds.high)))
            producer.attributes["highest"] = .int(Int64(min(max(old.high, bounds.low), bounds.high)))
            producer.domain = honeDomain
            producer.outputs = node.outputs
            editor.importDomain(honeDomain, version: 1)
            editor.remove(number)
            editor.replace(maker, with: producer)
            changes += 1
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }

    /// What the node leaves of the integers of a range; nil for other nodes.
    private func bounds(of node: Node, in range: QuantizedRange, _ editor: GraphEditor) -> (low: Int, high: Int)? {
        let (lowest, highest) = (Int(range.lowest), Int(range.highest))
        var (low, high) = (lowest, highest)
        if node.domain == honeDomain, node.operatorType == "Clamp" {
            guard let lower = node.int("lowest"), let upper = node.int("highest") else { return nil }
            (low, high) = (lower, upper)
        } else if node.applies("Relu") {
            low = max(0, lowest)
        } else if node.applies("Clip") {
            for (index, name) in node.inputs.enumerated().dropFirst() where !name.isEmpty {
                guard let values = editor.constant(name)?.integers(), values.count == 1 else { return nil }
                if index == 1 { low = values[0] } else { high = values[0] }
            }
        } else {
            return nil
        }
        // Clip gives the upper bound where the lower one is above it.
        low = min(low, high)
        return (min(max(low, lowest), highest), min(max(high, lowest), highest))
    }
}
