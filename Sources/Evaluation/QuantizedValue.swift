import ModelGraph
import Tensors

/// A value that a quantized graph holds as integers with one scale, and what its float original may call it.
package struct QuantizedValue: Sendable, Equatable {
    /// The name of the integers.
    let integers: String
    let scale: Float
    let zeroPoint: Int
    /// The lowest and the highest integer of its type.
    let range: ClosedRange<Int>
    /// Names for the value in the float original, the likeliest first.
    let names: [String]

    /// The real number of an integer: `float(q - z) * s`, as in NUMERICS.md.
    func real(_ integer: Int) -> Float { Float(integer - zeroPoint) * scale }

    /// What quantizers put behind the name of a value: Hone's, then ONNX Runtime's.
    private static let suffixes = [
        "_dequantized", "_quantized", "_float", "_QuantizeLinear_Output", "_DequantizeLinear_Output",
        "_QuantizeLinear_Input",
    ]

    /// Every such value of a graph: what QuantizeLinear makes, what integer operators make, and what moves integers.
    ///
    /// Scales have to be constant, so constants should have been folded before.
    static func all(in graph: Graph) -> [QuantizedValue] {
        var dequantized: [String: [String]] = [:]
        for node in graph.nodes where node.operatorType == "DequantizeLinear" {
            if let integers = node.input(0) { dequantized[integers, default: []] += node.outputs }
        }
        var values: [QuantizedValue] = []
        var known: [String: QuantizedValue] = [:]
        for node in graph.nodes {
            guard let output = node.outputs.first, !output.isEmpty else { continue }
            var names = dequantized[output] ?? []
            if node.operatorType == "QuantizeLinear", let source = node.input(0) { names.insert(source, at: 0) }
            names += (names + [output]).compactMap(withoutSuffix)
            names.append(output)
            let value: QuantizedValue
            if let position = scalePosition(node) {
                guard
                    let made = QuantizedValue(
                        output, scale: node.input(position), zeroPoint: node.input(position + 1), names, graph)
                else { continue }
                value = made
            } else if movers.contains(node.operatorType), let source = node.input(0).flatMap({ known[$0] }) {
                value = QuantizedValue(output, like: source, names)
            } else {
                continue
            }
            known[output] = value
            values.append(value)
        }
        return values
    }

    /// Where an operator that makes integers has their scale; the zero point is next to it.
    private static func scalePosition(_ node: Node) -> Int? {
        switch node.operatorType {
        case "QuantizeLinear": 1
        case "QLinearConcat": 0
        case "QLinearConv", "QLinearMatMul", "QLinearAdd", "QLinearMul": 6
        case "QLinearSigmoid", "QLinearLeakyRelu", "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearSoftmax": 3
        case "QGemm" where node.input(7) != nil: 7
        default: nil
        }
    }

    /// Operators that give back integers of their first input, whose scale they keep.
    private static let movers: Set<String> = [
        "MaxPool", "GlobalMaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Split",
        "Gather",
        "DepthToSpace", "SpaceToDepth", "Expand", "Tile", "Identity", "Resize", "Pad",
    ]

    private static func withoutSuffix(_ name: String) -> String? {
        suffixes.first { name.hasSuffix($0) && name.count > $0.count }.map { String(name.dropLast($0.count)) }
    }

    private init?(_ integers: String, scale: String?, zeroPoint: String?, _ names: [String], _ graph: Graph) {
        guard let scale = scale.flatMap({ graph.constant($0) }), scale.elementCount == 1,
            let number = scale.floats().first
        else { return nil }
        var type = ElementType.uint8
        var zero = 0
        if let zeroPoint {
            guard let tensor = graph.constant(zeroPoint), tensor.elementCount == 1, let value = tensor.integers()?.first
            else { return nil }
            (type, zero) = (tensor.elementType, value)
        }
        switch type {
        case .uint8: range = 0...255
        case .int8: range = -128...127
        case .uint16: range = 0...65535
        case .int16: range = -32768...32767
        default: return nil
        }
        (self.integers, self.scale, self.zeroPoint, self.names) = (integers, number, zero, names)
    }

    private init(_ integers: String, like other: QuantizedValue, _ names: [String]) {
        (self.integers, self.names) = (integers, names)
        (scale, zeroPoint, range) = (other.scale, other.zeroPoint, other.range)
    }
}
