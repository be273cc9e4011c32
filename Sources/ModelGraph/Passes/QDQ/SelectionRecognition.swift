import Tensors

/// Operators that only choose and move elements: with equal parameters on both sides they work on the integers.
enum SelectionRecognition {
    private static let operators: Set<String> = [
        "MaxPool", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Split",
        "DepthToSpace", "SpaceToDepth", "Resize", "Gather", "Expand", "Tile", "Identity", "Pad",
    ]

    /// Rewrites the operator of a site, with every QuantizeLinear behind it.
    static func rewrite(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Bool {
        guard operators.contains(site.node.operatorType), let name = site.node.input(0),
            let data = QuantizedOperand(dequantizedTo: name, editor, types), data.hasParameters(of: site.result)
        else { return false }
        var node = site.node
        node.inputs[0] = data.integers
        switch node.operatorType {
        case "MaxPool" where !editor.isUnused(node.outputs.count > 1 ? node.outputs[1] : ""):
            return false
        case "Resize":
            // Only nearest chooses elements; tf_crop_and_resize makes new ones outside the region.
            guard node.string("mode") ?? "nearest" == "nearest",
                node.string("coordinate_transformation_mode") != "tf_crop_and_resize"
            else { return false }
        case "Pad":
            guard fillIsExact(&node, data, &editor) else { return false }
        default:
            break
        }
        if node.outputs.count > 1, node.operatorType == "Split" { return split(site, node, &editor) }
        site.replaceOperator(with: node, &editor)
        return true
    }

    /// Makes the fill of a Pad an integer; false where none stands for it exactly.
    private static func fillIsExact(_ node: inout Node, _ data: QuantizedOperand, _ editor: inout GraphEditor) -> Bool {
        guard node.string("mode") ?? "constant" == "constant" else {
            if node.inputs.count > 2 { node.inputs[2] = "" }
            return editor.opset ?? 0 >= 11
        }
        // Pad 2 has its fill in a float attribute.
        guard editor.opset ?? 0 >= 11, node.inputs.count >= 2 else { return false }
        var fill: Float = 0
        if let name = node.input(2) {
            if let constant = editor.constant(name) {
                guard constant.elementType == .float32, constant.elementCount == 1 else { return false }
                fill = constant.floats()[0]
            } else if let maker = editor.dequantization(of: name),
                let integer = editor.constant(maker, 0)?.integers(), integer.count == 1,
                let scale = editor.constant(maker, 1), scale.elementType == .float32, scale.elementCount == 1
            {
                let zeroPoint = editor.constant(maker, 2)?.integers()
                guard maker.input(2) == nil || zeroPoint?.count == 1,
                    let q = Int32(exactly: integer[0]), let zero = Int32(exactly: zeroPoint?.first ?? 0)
                else { return false }
                fill = dequantize(q, scale: scale.floats()[0], zeroPoint: zero)
            } else {
                return false
            }
        }
        let integer = data.quantized(fill)
        guard dequantize(integer, scale: data.scale, zeroPoint: data.zeroPoint) == fill else { return false }
        let tensor =
            data.elementType == .int8
            ? Tensor(scalar: Int8(truncatingIfNeeded: integer)) : Tensor(scalar: UInt8(truncatingIfNeeded: integer))
        let name = editor.addConstant(data.integers + "_fill", tensor)
        if node.inputs.count > 2 { node.inputs[2] = name } else { node.inputs.append(name) }
        return true
    }

    /// A Split, if each of its outputs is unused or quantized with the same parameters and by nothing else.
    private static func split(_ site: QuantizedSite, _ node: Node, _ editor: inout GraphEditor) -> Bool {
        var node = node
        var quantizes: [Int] = []
        for (index, output) in node.outputs.enumerated() where !editor.isUnused(output) {
            guard editor.hasSingleUser(output), let user = editor.users(of: output).first, let quantize = editor[user],
                quantize.input(0) == output, let result = QuantizedOperand(quantizedBy: quantize, editor),
                result.hasParameters(of: site.result)
            else { return false }
            node.outputs[index] = result.integers
            quantizes.append(user)
        }
        for quantize in quantizes { editor.remove(quantize) }
        editor.replace(site.number, with: node)
        return true
    }
}
