import ModelGraph
import Tensors

/// Rewrites a QDQ graph of Hone's own with the integer operators of plain ai.onnx.
///
/// `DequantizeLinear -> Conv -> QuantizeLinear` becomes QLinearConv and the same around a MatMul QLinearMatMul. A clamp in
/// front of the quantizer becomes a Clip of the integers, which is the same since quantizing is monotone. What only moves
/// elements between equal scales moves the integers. Everything else, such as Gemm and Add, for which ai.onnx has no integer
/// form, stays between its quantizers.
struct QOperatorConversion {
    /// Integers and their parameters, by name.
    private struct Source {
        let integers: String
        let scale: String
        let zeroPoint: String?
        let axis: Int?
        /// Whether the integers are a constant.
        let isConstant: Bool
    }

    /// The quantizer of a node's output, and the constant clamp that may stand before it.
    private struct Sink {
        let quantizer: Int
        let clamp: Int?
    }

    /// What takes any element type in ai.onnx, in ONNX Runtime and here.
    private static let movers: Set<String> = [
        "MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Concat", "Identity",
    ]

    private var graph: Graph
    private let options: QuantizationOptions
    private let uses: ValueUses
    private var sources: [String: Source] = [:]
    private var names: NameScope
    private var nodes: [Node] = []
    /// Nodes that others took in.
    private var absorbed: Set<Int> = []

    private init(_ graph: Graph, _ options: QuantizationOptions) {
        self.graph = graph
        self.options = options
        uses = ValueUses(graph)
        names = NameScope(graph)
        for node in graph.nodes where node.operatorType == "DequantizeLinear" && node.domain.isEmpty {
            guard let integers = node.input(0), let scale = node.input(1), let real = node.outputs.first else {
                continue
            }
            sources[real] = Source(
                integers: integers, scale: scale, zeroPoint: node.input(2),
                axis: graph.constant(scale)?.shape.isEmpty == false ? node.intAttribute("axis", default: 1) : nil,
                isConstant: graph.constant(integers) != nil)
        }
    }

    /// Rewrites the graph; nothing else in it changes.
    static func run(on graph: inout Graph, options: QuantizationOptions) {
        var conversion = QOperatorConversion(graph, options)
        conversion.convert()
        graph = conversion.graph
    }

    private mutating func convert() {
        for (index, node) in graph.nodes.enumerated() where !absorbed.contains(index) {
            if let converted = converted(node) {
                nodes.append(contentsOf: converted)
            } else {
                nodes.append(node)
            }
        }
        graph.nodes = nodes
        removeUnused()
    }

    private mutating func converted(_ node: Node) -> [Node]? {
        guard node.domain.isEmpty, options.exclusion(of: node) == nil else { return nil }
        switch node.operatorType {
        case "Conv": return convolution(node)
        case "MatMul": return product(node)
        case let type where QOperatorConversion.movers.contains(type): return mover(node)
        default: return nil
        }
    }

    private mutating func convolution(_ node: Node) -> [Node]? {
        guard let x = source(node, 0), x.axis == nil, let xZero = x.zeroPoint,
            let w = source(node, 1), w.isConstant, w.axis == nil || w.axis == 0, let wZero = w.zeroPoint,
            let sink = sink(of: node)
        else { return nil }
        var inputs = [x.integers, x.scale, xZero, w.integers, w.scale, wZero]
        var bias: [String] = []
        if let name = node.input(2) {
            // The bias is on the accumulator's grid: that is how the quantizer made it.
            guard let constant = sources[name], constant.isConstant else { return nil }
            bias = [constant.integers]
        }
        let quantizer = graph.nodes[sink.quantizer]
        inputs += [quantizer.inputs[1], quantizer.inputs[2]] + bias
        return written("QLinearConv", of: node, inputs: inputs, sink)
    }

    private mutating func product(_ node: Node) -> [Node]? {
        guard let a = source(node, 0), a.axis == nil, let aZero = a.zeroPoint, let b = source(node, 1),
            let bZero = b.zeroPoint, let sink = sink(of: node)
        else { return nil }
        // Scales for columns, which a matrix has along axis 1.
        guard b.axis == nil || (b.axis == 1 && graph.constant(b.integers)?.shape.count == 2) else { return nil }
        let quantizer = graph.nodes[sink.quantizer]
        return written(
            "QLinearMatMul", of: node,
            inputs: [
                a.integers, a.scale, aZero, b.integers, b.scale, bZero, quantizer.inputs[1], quantizer.inputs[2],
            ], sink)
    }

    private mutating func mover(_ node: Node) -> [Node]? {
        guard node.outputs.count == 1, let output = node.outputs.first, let x = source(node, 0), x.axis == nil,
            !x.isConstant, let next = uses.onlyConsumer(of: output)
        else { return nil }
        let quantizer = graph.nodes[next]
        guard quantizer.operatorType == "QuantizeLinear", quantizer.input(1) == x.scale,
            quantizer.input(2) == x.zeroPoint
        else { return nil }
        var node = node
        for position in node.inputs.indices where node.operatorType == "Concat" || position == 0 {
            guard let one = source(node, position), one.scale == x.scale, one.zeroPoint == x.zeroPoint else {
                return nil
            }
            node.inputs[position] = one.integers
        }
        node.outputs = quantizer.outputs
        absorbed.insert(next)
        return [node]
    }

    private func source(_ node: Node, _ position: Int) -> Source? { node.input(position).flatMap { sources[$0] } }

    /// The quantizer that alone reads a node's output, perhaps behind one clamp.
    private func sink(of node: Node) -> Sink? {
        guard let output = node.outputs.first, var next = uses.onlyConsumer(of: output) else { return nil }
        var clamp: Int?
        if ConstantClamp(graph.nodes[next], in: graph) != nil, graph.nodes[next].input(0) == output,
            let clamped = graph.nodes[next].outputs.first, let after = uses.onlyConsumer(of: clamped)
        {
            (clamp, next) = (next, after)
        }
        let quantizer = graph.nodes[next]
        guard quantizer.operatorType == "QuantizeLinear", quantizer.inputs.count == 3,
            graph.constant(quantizer.inputs[1])?.elementCount == 1, graph.constant(quantizer.inputs[2]) != nil
        else { return nil }
        return Sink(quantizer: next, clamp: clamp)
    }

    /// The integer operator, and a Clip of its integers if there was a clamp.
    private mutating func written(_ type: String, of node: Node, inputs: [String], _ sink: Sink) -> [Node]? {
        let quantizer = graph.nodes[sink.quantizer]
        var made = node
        made.operatorType = type
        made.inputs = inputs
        made.outputs = quantizer.outputs
        absorbed.insert(sink.quantizer)
        guard let index = sink.clamp, let clamp = ConstantClamp(graph.nodes[index], in: graph),
            let scale = graph.constant(quantizer.inputs[1])?.floats().first,
            let zeroPoint = graph.constant(quantizer.inputs[2])
        else { return [made] }
        absorbed.insert(index)
        let isUnsigned = zeroPoint.elementType == .uint8
        let zero = Int32(zeroPoint.floats().first ?? 0)
        let bounds = [("minimum", clamp.low), ("maximum", clamp.high)].map { suffix, bound in
            let integer = quantize(bound, scale: scale, zeroPoint: zero, range: isUnsigned ? .uint8 : .int8)
            let name = names.unused("\(quantizer.outputs[0])_\(suffix)")
            graph.setInitializer(
                name, isUnsigned ? Tensor(scalar: UInt8(integer)) : Tensor(scalar: Int8(integer)))
            return name
        }
        let unclamped = names.unused("\(quantizer.outputs[0])_unclamped")
        made.outputs = [unclamped]
        return [
            made,
            Node("Clip", name: graph.nodes[index].name, inputs: [unclamped] + bounds, outputs: quantizer.outputs),
        ]
    }

    /// Dequantizers that nobody reads any more, and constants.
    private mutating func removeUnused() {
        var used = Set(graph.inputs.map(\.name) + graph.outputs.map(\.name))
        for node in graph.nodes { used.formUnion(node.inputs) }
        graph.nodes.removeAll { node in
            node.operatorType == "DequantizeLinear" && !node.outputs.contains { used.contains($0) }
        }
        used = Set(graph.inputs.map(\.name) + graph.outputs.map(\.name))
        for node in graph.nodes { used.formUnion(node.inputs) }
        graph.removeInitializers(Set(graph.initializerOrder.filter { !used.contains($0) }))
    }
}
