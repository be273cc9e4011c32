import Tensors

/// Folds batch normalization, and other constant scales and shifts per channel, into the weights before or after them.
///
/// In order of preference: into the layer that makes the input; into the Conv that alone reads the output, if it pads
/// nothing (padding would skip the shift); into one Mul and one Add. Jacob et al. 2018, arXiv:1712.05877, section 3.2.
package struct BatchNormFolding: GraphPass {
    package static let name = "batch-norm-folding"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        let hasNormalization = graph.nodes.contains { $0.applies("BatchNormalization") }
        let types = hasNormalization ? StaticTypes(graph, evaluator: evaluator) : nil
        var editor = GraphEditor(graph)
        var changes = 0
        for number in editor.numbers {
            guard let node = editor[number], node.outputs.count >= 1 else { continue }
            if foldIntoProducer(number, node, types, &editor) {
                changes += 1
            } else if let affine = ChannelAffine(batchNormalization: node, editor) {
                if foldIntoConsumer(number, node, affine, &editor) || split(number, node, affine, types, &editor) {
                    changes += 1
                }
            }
        }
        if changes > 0 { graph = editor.finish() }
        return changes
    }

    private func foldIntoProducer(
        _ number: Int, _ node: Node, _ types: StaticTypes?, _ editor: inout GraphEditor
    ) -> Bool {
        guard node.isStandard, ["BatchNormalization", "Mul", "Div", "Add", "Sub"].contains(node.operatorType) else {
            return false
        }
        for value in Set(node.inputs) where editor.producer(of: value) != nil && editor.hasSingleUser(value) {
            guard let layer = LinearLayer(making: value, editor) else { continue }
            let affine: ChannelAffine?
            if node.applies("BatchNormalization") {
                // The channels of a BatchNormalization are dimension 1, those of a MatMul the last one.
                guard value == node.input(0), !layer.node.applies("MatMul") || types?.rank(value) == 2 else { continue }
                affine = ChannelAffine(batchNormalization: node, editor)
            } else {
                affine = ChannelAffine(
                    arithmetic: node, on: value, channels: layer.channels, axis: layer.axis, editor)
            }
            guard let affine, affine.scale.count == layer.channels else { continue }
            return fold(affine, of: number, node, into: layer, &editor)
        }
        return false
    }

    private func fold(
        _ affine: ChannelAffine, of number: Int, _ node: Node, into layer: LinearLayer, _ editor: inout GraphEditor
    ) -> Bool {
        let scalesOnly = !affine.isShifting && layer.bias == nil
        let scales = affine.scale.contains { $0 != 1 }
        // A MatMul and its bias are two nodes in the portable form: without a scale there is nothing to fold.
        guard scales || layer.canHaveBias else { return false }
        guard let weight = layer.scaledWeight(affine.scale) else { return false }
        let old = layer.bias ?? [Double](repeating: 0, count: layer.channels)
        let shifted = old.indices.map { old[$0] * affine.scale[$0] + affine.shift[$0] }
        guard let bias = Tensor.rounding(shifted, shape: [layer.channels], to: layer.weight.elementType),
            let weightName = layer.node.input(1), let result = node.outputs.first
        else { return false }

        var changed = layer.node
        if scales { changed.inputs[1] = editor.rewriteConstant(weightName, weight) }
        if scalesOnly || layer.canHaveBias { editor.remove(number) }
        if layer.number == layer.resultNumber, scalesOnly || layer.canHaveBias {
            if !scalesOnly {
                let biasName =
                    layer.biasName.map { editor.rewriteConstant($0, bias) }
                    ?? editor.addConstant(weightName + "_bias", bias)
                changed.inputs = Array(changed.inputs.prefix(2)) + [biasName]
                changed.attributes["beta"] = nil
            }
            changed.outputs = [result]
            editor.replace(layer.number, with: changed)
            return true
        }
        editor.replace(layer.number, with: changed)
        if var add = editor[layer.resultNumber], let biasName = layer.biasName {
            let name = editor.rewriteConstant(biasName, bias)
            add.inputs = add.inputs.map { $0 == biasName ? name : $0 }
            add.outputs = [result]
            editor.replace(layer.resultNumber, with: add)
        } else {
            // A lone MatMul: the normalization becomes its bias.
            let name = editor.addConstant(weightName + "_bias", bias)
            let value = changed.outputs[0]
            editor.replace(number, with: Node("Add", name: node.name, inputs: [value, name], outputs: [result]))
        }
        return true
    }

    private func foldIntoConsumer(
        _ number: Int, _ node: Node, _ affine: ChannelAffine, _ editor: inout GraphEditor
    ) -> Bool {
        guard let source = node.input(0), let result = node.outputs.first, editor.hasSingleUser(result),
            let user = editor.users(of: result).first, var conv = editor[user], conv.applies("Conv"),
            conv.inputs.filter({ $0 == result }).count == 1, conv.inputs.first == result, padsNothing(conv),
            let weightName = conv.input(1), let weight = editor.constant(weightName), weight.rank >= 3
        else { return false }
        let (channels, perGroup, group) = (weight.shape[0], weight.shape[1], conv.int("group") ?? 1)
        guard group > 0, channels > 0, channels % group == 0, weight.elementType.isFloatingPoint,
            perGroup > 0, affine.scale.count == perGroup * group
        else { return false }
        var bias = [Double](repeating: 0, count: channels)
        if let name = conv.input(2) {
            guard let constant = editor.constant(name), constant.shape == [channels] else { return false }
            bias = constant.doubles()
        }
        var values = weight.doubles()
        let kernel = weight.shape[2...].reduce(1, *)
        for index in values.indices {
            let output = index / (perGroup * kernel)
            let input = output / (channels / group) * perGroup + index / kernel % perGroup
            bias[output] += values[index] * affine.shift[input]
            values[index] *= affine.scale[input]
        }
        guard let scaled = Tensor.rounding(values, shape: weight.shape, to: weight.elementType),
            let shifted = Tensor.rounding(bias, shape: [channels], to: weight.elementType)
        else { return false }
        let biasName =
            conv.input(2).map { editor.rewriteConstant($0, shifted) }
            ?? editor.addConstant(weightName + "_bias", shifted)
        conv.inputs = [source, editor.rewriteConstant(weightName, scaled), biasName]
        editor.remove(number)
        editor.replace(user, with: conv)
        return true
    }

    private func padsNothing(_ conv: Node) -> Bool {
        switch conv.string("auto_pad") ?? "NOTSET" {
        case "NOTSET": (conv.ints("pads") ?? []).allSatisfy { $0 == 0 }
        case "VALID": true
        default: false
        }
    }

    private func split(
        _ number: Int, _ node: Node, _ affine: ChannelAffine, _ types: StaticTypes?, _ editor: inout GraphEditor
    ) -> Bool {
        guard let source = node.input(0), let result = node.outputs.first, let rank = types?.rank(source), rank >= 2,
            let elementType = types?.elementType(source),
            let scale = Tensor.rounding(
                affine.scale, shape: [affine.scale.count] + Array(repeating: 1, count: rank - 2), to: elementType),
            let shift = Tensor.rounding(affine.shift, shape: scale.shape, to: elementType)
        else { return false }
        let base = node.name.isEmpty ? result : node.name
        let scaleName = editor.addConstant(base + "_scale", scale)
        let shiftName = editor.addConstant(base + "_shift", shift)
        let scaled = editor.newName(base + "_scaled")
        editor.insert(
            Node("Mul", name: base + "_scale", inputs: [source, scaleName], outputs: [scaled]), before: number)
        editor.replace(number, with: Node("Add", name: base, inputs: [scaled, shiftName], outputs: [result]))
        return true
    }
}
