import Tensors

/// Turns `DequantizeLinear -> operator -> QuantizeLinear` into one integer operator.
///
/// A DequantizeLinear keeps its other users: each integer operator reads the integers behind it. An operator whose float
/// result is read by anything but one QuantizeLinear stays as it is.
package struct QDQRecognition: GraphPass {
    package static let name = "qdq-recognition"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        // QuantizeLinear, DequantizeLinear and QLinearConv are of opset 10.
        guard let opset = graph.opsets[""] ?? graph.opsets["ai.onnx"], opset >= 10,
            graph.nodes.contains(where: { $0.isQuantizeLinear })
        else { return 0 }
        let types = StaticTypes(graph, evaluator: evaluator)
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let node = editor[number], node.isQuantizeLinear else { continue }
            mergeEqualQuantizations(number, node, &editor)
            guard let site = QuantizedSite(number, editor) else { continue }
            if recognise(site, &editor, types) { changes += 1 }
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }

    private func recognise(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Bool {
        let fused: Node?
        switch site.node.operatorType {
        case "DequantizeLinear":
            return passThrough(site, &editor, types)
        case "Conv":
            fused = LinearRecognition.conv(site, &editor, types)
        case "MatMul":
            fused = LinearRecognition.matMul(site, &editor, types)
        case "Gemm":
            fused = LinearRecognition.gemm(site, &editor, types)
        case "Add":
            if let (node, matMul) = LinearRecognition.biasedMatMul(site, &editor, types) {
                editor.remove(matMul)
                fused = node
            } else {
                fused = ElementwiseRecognition.binary("QLinearAdd", site, &editor, types)
            }
        case "Mul":
            fused = ElementwiseRecognition.binary("QLinearMul", site, &editor, types)
        case "AveragePool":
            fused = ElementwiseRecognition.averagePool(site, &editor, types)
        case "GlobalAveragePool":
            fused = ElementwiseRecognition.unary("QLinearGlobalAveragePool", site, attributes: [:], &editor, types)
        case "Softmax":
            fused = ElementwiseRecognition.softmax(site, &editor, types)
        case "Sigmoid", "LeakyRelu":
            fused = ElementwiseRecognition.unary(
                "QLinear" + site.node.operatorType, site, attributes: site.node.attributes, &editor, types)
        case "Concat":
            fused = ElementwiseRecognition.concat(site, &editor, types)
        default:
            return SelectionRecognition.rewrite(site, &editor, types)
        }
        guard let fused else { return false }
        site.replaceOperator(with: fused, &editor)
        return true
    }

    /// DequantizeLinear directly before QuantizeLinear, or with Relu and Clip between: with equal parameters the integers
    /// pass as they are, or clamped.
    private func passThrough(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Bool {
        guard let value = site.node.outputs.first,
            let source = QuantizedOperand(dequantizedTo: value, editor, types), source.hasParameters(of: site.result)
        else { return false }
        if site.isUnbounded {
            guard editor.bypass(site.quantizeNumber, from: source.integers, to: site.result.integers) else {
                return false
            }
        } else {
            editor.importDomain(honeDomain, version: 1)
            editor.replace(site.quantizeNumber, with: site.clamp(source.integers))
        }
        for activation in site.activations { editor.remove(activation) }
        return true
    }

    /// Lets one QuantizeLinear serve what several equal ones of the same value do: exporters write one for each user.
    private func mergeEqualQuantizations(_ number: Int, _ node: Node, _ editor: inout GraphEditor) {
        guard let value = node.input(0), let kept = QuantizedOperand(quantizedBy: node, editor) else { return }
        for user in editor.users(of: value) where user > number {
            guard let other = editor[user], other.isQuantizeLinear, other.input(0) == value,
                let operand = QuantizedOperand(quantizedBy: other, editor), operand.hasParameters(of: kept),
                !editor.isGraphOutput(operand.integers)
            else { continue }
            editor.remove(user)
            editor.replaceUses(of: operand.integers, with: kept.integers)
        }
    }
}
