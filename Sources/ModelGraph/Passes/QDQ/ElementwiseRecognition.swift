import Tensors

/// Operators whose quantized form is defined as quantizing the float operator's result: fusing them changes no bit.
enum ElementwiseRecognition {
    /// QLinearAdd and QLinearMul.
    static func binary(
        _ type: String, _ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes
    ) -> Node? {
        let operands = operands(site, editor, types)
        guard operands.count == 2, site.node.inputs.count == 2 else { return nil }
        var inputs: [String] = []
        for operand in operands { inputs += [operand.integers] + operand.parameters(&editor) }
        inputs += site.result.parameters(&editor)
        if type == "QLinearAdd" {
            return LinearRecognition.bounded(type, standardDomain: microsoftDomain, site, inputs, [:])
        }
        return Node(type, domain: microsoftDomain, inputs: inputs, outputs: [])
    }

    /// Operators of one tensor: X, its parameters, the result's parameters.
    static func unary(
        _ type: String, _ site: QuantizedSite, attributes: [String: AttributeValue], _ editor: inout GraphEditor,
        _ types: StaticTypes
    ) -> Node? {
        guard let operand = operands(site, editor, types).first else { return nil }
        let inputs = [operand.integers] + operand.parameters(&editor) + site.result.parameters(&editor)
        return Node(type, domain: microsoftDomain, inputs: inputs, outputs: [], attributes: attributes)
    }

    /// QLinearAveragePool, which knows no dilations.
    static func averagePool(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Node? {
        guard (site.node.ints("dilations") ?? []).allSatisfy({ $0 == 1 }) else { return nil }
        var attributes = site.node.attributes
        attributes["dilations"] = nil
        return unary("QLinearAveragePool", site, attributes: attributes, &editor, types)
    }

    /// QLinearSoftmax, which carries the opset whose meaning of `axis` it has.
    static func softmax(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Node? {
        let opset = editor.opset ?? 13
        let axis = site.node.int("axis") ?? (opset < 13 ? 1 : -1)
        return unary(
            "QLinearSoftmax", site, attributes: ["axis": .int(Int64(axis)), "opset": .int(Int64(opset))], &editor, types
        )
    }

    /// QLinearConcat, or Concat of the integers where all parameters are the same.
    static func concat(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Node? {
        let operands = operands(site, editor, types)
        guard !operands.isEmpty, operands.count == site.node.inputs.count else { return nil }
        if operands.allSatisfy({ $0.hasParameters(of: site.result) }) {
            var node = site.node
            node.inputs = operands.map(\.integers)
            return node
        }
        var inputs = site.result.parameters(&editor)
        for operand in operands { inputs += [operand.integers] + operand.parameters(&editor) }
        return Node(
            "QLinearConcat", domain: microsoftDomain, inputs: inputs, outputs: [], attributes: site.node.attributes)
    }

    /// The quantized operands up to the first that is none, all of the result's element type.
    private static func operands(
        _ site: QuantizedSite, _ editor: GraphEditor, _ types: StaticTypes
    ) -> [QuantizedOperand] {
        var operands: [QuantizedOperand] = []
        for name in site.node.inputs {
            guard let operand = QuantizedOperand(dequantizedTo: name, editor, types),
                operand.elementType == site.result.elementType
            else { break }
            operands.append(operand)
        }
        return operands
    }
}
