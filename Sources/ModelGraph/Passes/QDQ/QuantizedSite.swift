import Tensors

/// A QuantizeLinear with the float operator whose result it quantizes, and the Relu and Clip in between.
struct QuantizedSite {
    /// What makes the quantized result: an operator, or a DequantizeLinear.
    let number: Int
    let node: Node
    let quantizeNumber: Int
    /// Relu and Clip between the two.
    let activations: [Int]
    /// The result, behind the QuantizeLinear.
    let result: QuantizedOperand
    /// What the activations leave of the integers: quantizing is monotone, so that
    /// `Q(clamp(y, low, high)) = clamp(Q(y), Q(low), Q(high))`.
    let bounds: ClosedRange<Int32>

    /// The site of a QuantizeLinear; nil where a value in between has another user, or is a graph output.
    init?(_ quantizeNumber: Int, _ editor: GraphEditor) {
        guard let quantize = editor[quantizeNumber],
            let result = QuantizedOperand(quantizedBy: quantize, editor), var value = quantize.input(0)
        else { return nil }
        var activations: [Int] = []
        var ranges: [(low: Float, high: Float)] = []
        while editor.hasSingleUser(value), let (number, node) = editor.producer(of: value, among: ["Relu", "Clip"]),
            let range = ActivationBounds.of(node, editor), let source = node.input(0)
        {
            activations.append(number)
            ranges.append(range)
            value = source
        }
        // A DequantizeLinear may have other users: it is not changed.
        guard let number = editor.producer(of: value), let node = editor[number],
            node.isDequantizeLinear || (node.isStandard && editor.hasSingleUser(value))
        else { return nil }
        var (lowest, highest) = (result.range.lowest, result.range.highest)
        for range in ranges.reversed() {
            let (low, high) = (result.quantized(range.low), result.quantized(range.high))
            lowest = min(max(lowest, low), high)
            highest = min(max(highest, low), high)
        }
        bounds = lowest...highest
        (self.number, self.node, self.quantizeNumber) = (number, node, quantizeNumber)
        (self.activations, self.result) = (activations, result)
    }

    /// Whether the activations change no integer.
    var isUnbounded: Bool { bounds == result.range.lowest...result.range.highest }

    /// Puts `node` in place of the operator; it makes the integers. A Clamp follows where the activations leave less than
    /// all of them and the operator has no bounds of its own.
    func replaceOperator(with node: Node, _ editor: inout GraphEditor) {
        var node = node
        node.name = self.node.name
        for activation in activations { editor.remove(activation) }
        if isUnbounded || node.domain == honeDomain {
            editor.remove(quantizeNumber)
            node.outputs = [result.integers]
        } else {
            let unbounded = editor.newName(result.integers + "_unbounded")
            node.outputs = [unbounded]
            editor.replace(quantizeNumber, with: clamp(unbounded))
            editor.importDomain(honeDomain, version: 1)
        }
        if !node.domain.isEmpty { editor.importDomain(node.domain, version: 1) }
        editor.replace(number, with: node)
    }

    /// An integer clamp of `value` that makes the result.
    func clamp(_ value: String) -> Node {
        Node(
            "Clamp", name: activations.isEmpty ? "" : result.integers + "_clamp", domain: honeDomain, inputs: [value],
            outputs: [result.integers], attributes: boundsAttributes)
    }

    var boundsAttributes: [String: AttributeValue] {
        ["lowest": .int(Int64(bounds.lowerBound)), "highest": .int(Int64(bounds.upperBound))]
    }
}
