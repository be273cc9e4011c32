import Tensors

/// Lets a float Conv or Gemm apply the Relu, Clip or LeakyRelu that alone reads its result: same bits, one pass over
/// memory less.
package struct ActivationFusion: GraphPass {
    package static let name = "activation-fusion"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let activation = editor[number], let attributes = FusedActivation.attributes(of: activation, editor),
                let source = activation.input(0), editor.hasSingleUser(source),
                let (maker, layer) = editor.producer(of: source, among: ["Conv", "Gemm"])
            else { continue }
            var fused = layer
            fused.domain = honeDomain
            fused.outputs = activation.outputs
            fused.attributes.merge(attributes) { _, new in new }
            editor.importDomain(honeDomain, version: 1)
            editor.remove(number)
            editor.replace(maker, with: fused)
            changes += 1
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }
}

extension FusedActivation {
    /// How a fused operator writes that activation; nil for nodes that are none of them, or whose bounds are not known.
    static func attributes(of node: Node, _ editor: GraphEditor) -> [String: AttributeValue]? {
        guard node.isStandard else { return nil }
        switch node.operatorType {
        case "Relu":
            return ["activation": .string("Relu")]
        case "LeakyRelu":
            // LeakyRelu 6, 16: alpha is 0.01 unless given.
            return ["activation": .string("LeakyRelu"), "activation_alpha": .float(node.float("alpha") ?? 0.01)]
        case "Clip":
            guard let bounds = ActivationBounds.of(node, editor) else { return nil }
            return [
                "activation": .string("Clip"), "activation_min": .float(bounds.low),
                "activation_max": .float(bounds.high),
            ]
        default:
            return nil
        }
    }
}
