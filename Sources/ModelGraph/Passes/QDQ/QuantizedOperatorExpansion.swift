import Tensors

/// Writes ONNX Runtime's composed quantized operators out as the nodes that define them, for which backends have kernels.
///
/// Each is defined as exactly these nodes one after another, so that no bit changes. What is written out meets recognition,
/// tables and kernels like what exporters write out themselves.
package struct QuantizedOperatorExpansion: GraphPass {
    package static let name = "quantized-operator-expansion"

    private static let operators: Set<String> = [
        DynamicQuantizeMatMul.identifier.type, MatMulIntegerToFloat.identifier.type, QLinearReduceMean.identifier.type,
        QLinearWhere.identifier.type,
    ]

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        // DynamicQuantizeLinear is of opset 11, the others of 10 and less.
        guard let opset = graph.opsets[""] ?? graph.opsets["ai.onnx"], opset >= 11,
            graph.nodes.contains(where: { Self.isComposed($0) })
        else { return 0 }
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let node = editor[number], Self.isComposed(node) else { continue }
            // Refuses attributes that the written out form would not show.
            let typed = try graph.decode(node)
            var expansion = Expansion(node, number, editor)
            let isExpanded =
                switch typed {
                case is DynamicQuantizeMatMul: expansion.dynamicQuantizeMatMul()
                case is MatMulIntegerToFloat: expansion.matMulIntegerToFloat()
                case is QLinearWhere: expansion.qLinearWhere()
                case let mean as QLinearReduceMean: expansion.qLinearReduceMean(mean, opset: opset)
                default: false
                }
            guard isExpanded else { continue }
            editor = expansion.editor
            changes += 1
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }

    private static func isComposed(_ node: Node) -> Bool {
        node.domain == microsoftDomain && operators.contains(node.operatorType)
    }
}

/// One node being written out: what comes before it is inserted, and it becomes the last one.
private struct Expansion {
    private let node: Node
    private let number: Int
    private(set) var editor: GraphEditor

    init(_ node: Node, _ number: Int, _ editor: GraphEditor) {
        (self.node, self.number, self.editor) = (node, number, editor)
    }

    /// `DynamicQuantizeLinear`, then as below.
    mutating func dynamicQuantizeMatMul() -> Bool {
        guard let a = node.input(0), areColumnsPlain(scale: 2, bias: 4) else { return false }
        let quantized = ["quantized", "scale", "zero_point"].map { newValue($0) }
        insert("DynamicQuantizeLinear", [a], quantized)
        dequantizedProduct(
            integers: [quantized[0], node.inputs[1], quantized[2], node.input(3) ?? ""],
            scales: [quantized[1], node.inputs[2]], bias: node.input(4))
        return true
    }

    /// `MatMulInteger`, `Cast`, `Mul` by the product of the scales, `Add` of the bias.
    mutating func matMulIntegerToFloat() -> Bool {
        guard areColumnsPlain(scale: 3, bias: 6) else { return false }
        dequantizedProduct(
            integers: [node.inputs[0], node.inputs[1], node.input(4) ?? "", node.input(5) ?? ""],
            scales: [node.inputs[2], node.inputs[3]], bias: node.input(6))
        return true
    }

    /// Both operands at the result's scale, then `Where`.
    mutating func qLinearWhere() -> Bool {
        guard node.inputs.allSatisfy({ !$0.isEmpty }) else { return false }
        let operands = [1, 4].map { first in
            let (real, integers) = (newValue("dequantized"), newValue("requantized"))
            insert("DequantizeLinear", Array(node.inputs[first..<first + 3]), [real])
            insert("QuantizeLinear", [real, node.inputs[7], node.inputs[8]], [integers])
            return integers
        }
        finish("Where", [node.inputs[0]] + operands)
        return true
    }

    /// `DequantizeLinear`, `ReduceMean`, `QuantizeLinear`.
    mutating func qLinearReduceMean(_ mean: QLinearReduceMean, opset: Int) -> Bool {
        guard node.inputs.count == 5, node.inputs.allSatisfy({ !$0.isEmpty }) else { return false }
        let (real, average) = (newValue("dequantized"), newValue("mean"))
        insert("DequantizeLinear", Array(node.inputs[0..<3]), [real])
        var attributes: [String: AttributeValue] = ["keepdims": .int(mean.keepsDimensions ? 1 : 0)]
        var inputs = [real]
        let axes = mean.axes.map { Int64($0) }
        if !axes.isEmpty {
            // From ReduceMean 18 on the axes are an input.
            if opset >= 18 {
                inputs.append(editor.addConstant(average + "_axes", Tensor(axes)))
            } else {
                attributes["axes"] = .ints(axes)
            }
        }
        insert("ReduceMean", inputs, [average], attributes)
        finish("QuantizeLinear", [average] + node.inputs[3...])
        return true
    }

    /// Whether the right operand is a constant matrix with a scale for all or for each column, and the bias a constant, so
    /// that they broadcast over the product without changing its shape.
    private func areColumnsPlain(scale: Int, bias: Int) -> Bool {
        guard node.input(bias) == nil || editor.constant(node, bias) != nil, let b = editor.constant(node, 1),
            b.rank == 2, let scale = editor.constant(node, scale)
        else {
            return false
        }
        return scale.rank <= 1
    }

    private mutating func dequantizedProduct(integers: [String], scales: [String], bias: String?) {
        let (sums, reals, scale) = (newValue("sums"), newValue("reals"), newValue("scales"))
        insert("MatMulInteger", integers, [sums])
        insert("Cast", [sums], [reals], ["to": .int(Int64(ElementType.float32.rawValue))])
        insert("Mul", scales, [scale])
        guard let bias else {
            finish("Mul", [reals, scale])
            return
        }
        // A row's two dimensions would be the product's where the left operand is a vector.
        let vector = editor.constant(bias).map {
            $0.rank == 1 ? bias : editor.reshapedConstant(bias, $0.reshaped([$0.elementCount]))
        }
        let product = newValue("product")
        insert("Mul", [reals, scale], [product])
        finish("Add", [product, vector ?? bias])
    }

    private mutating func newValue(_ role: String) -> String { editor.newName("\(node.outputs[0])_\(role)") }

    private mutating func insert(
        _ type: String, _ inputs: [String], _ outputs: [String], _ attributes: [String: AttributeValue] = [:]
    ) {
        let name = node.name.isEmpty ? "" : "\(node.name)/\(outputs[0])"
        editor.insert(Node(type, name: name, inputs: inputs, outputs: outputs, attributes: attributes), before: number)
    }

    private mutating func finish(_ type: String, _ inputs: [String]) {
        editor.replace(number, with: Node(type, name: node.name, inputs: inputs, outputs: node.outputs))
    }
}
