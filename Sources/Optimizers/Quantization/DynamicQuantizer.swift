import ModelGraph
import Tensors

/// Turns products with constant weights into products of integers whose activations are quantized as they come:
///
///     DynamicQuantizeLinear -> MatMulInteger or ConvInteger -> Cast -> Mul by sx * sw[c] (-> Add of the bias)
///
/// No data is needed, and no range can be wrong; each layer pays for a pass over its input. Weights are int8 with one scale
/// for each output channel.
package struct DynamicQuantizer: Sendable {
    /// Operators that have an integer form.
    package static let supported: Set<String> = ["Gemm", "MatMul", "Conv"]

    /// With more inputs to an output, products of 255 and 127 could exceed int32.
    static let largestDepth = Int(Int32.max) / (255 * 127)

    private let types: Set<String>
    private let options: QuantizationOptions

    /// - Throws: `.invalidOption` for an operator that has no integer form.
    package init(types: Set<String> = ["Gemm", "MatMul"], options: QuantizationOptions) throws(HoneError) {
        for type in types.sorted() where !DynamicQuantizer.supported.contains(type) {
            throw HoneError(
                .invalidOption, "operator '\(type)' cannot be quantized dynamically",
                remedy: "Gemm, MatMul and Conv can")
        }
        self.types = types
        self.options = options
    }

    /// Quantizes a graph; batch normalisation should have been folded before.
    ///
    /// - Throws: `.invalidInput` if no node can be quantized; `.unsupported` if the graph's opset cannot be raised.
    package func quantize(_ graph: Graph) throws(HoneError) -> (graph: Graph, report: QuantizationReport) {
        var raised = graph
        try OpsetRaising.raise(&raised)
        var writer = DynamicGraphWriter(raised, perTensor: options.perTensorWeights)
        var entries: [QuantizationReport.Entry] = []
        for node in raised.nodes {
            var outcome = QuantizationReport.Outcome.quantized
            var weights: QuantizationReport.Weights?
            if let reason = reasonForFloat(node, raised) {
                outcome = .float(reason: reason)
                writer.keep(node)
            } else {
                weights = writer.append(node)
            }
            entries.append(
                QuantizationReport.Entry(
                    node: node.selectionName ?? "", operatorType: node.operatorType, outcome: outcome, weights: weights)
            )
        }
        guard entries.contains(where: { $0.outcome == .quantized }) else {
            throw HoneError(
                .invalidInput,
                "the model has no \(types.sorted().joined(separator: ", ")) that can be quantized dynamically",
                remedy: "'--types Gemm,MatMul,Conv' covers convolutions too")
        }
        let weights = options.perTensorWeights ? "per tensor" : "per channel"
        let summary = "dynamic (\(types.sorted().joined(separator: ", "))), activations uint8, weights int8 \(weights)"
        let quantized = writer.finished(summary)
        try quantized.validate()
        return (quantized, QuantizationReport(summary: summary, entries: entries, activations: []))
    }

    private func reasonForFloat(_ node: Node, _ graph: Graph) -> String? {
        if let reason = options.exclusion(of: node) { return reason }
        guard node.domain.isEmpty || node.domain == "ai.onnx", types.contains(node.operatorType) else {
            return "operator \(node.operatorType) is not among those to quantize"
        }
        guard let x = node.input(0), graph.constant(x) == nil else { return "all its operands are constant" }
        switch QuantizationRule(node, in: graph) {
        case .weighted: break
        case .float(let reason): return reason
        case .anchor, .clamp, .follower, .passThrough: return "its weights are computed"
        }
        guard let weights = node.input(1).flatMap({ graph.constant($0) }) else { return "its weights are computed" }
        guard weights.shape.count >= 2 else { return "its weights have shape \(weights.shape)" }
        let channels = WeightLayout(node, weights: weights, perTensor: false).outputCount
        let matrices = node.operatorType == "MatMul" ? weights.shape.dropLast(2).reduce(1, *) : 1
        guard channels > 0, weights.elementCount / channels / matrices <= DynamicQuantizer.largestDepth else {
            return "its sums could exceed int32"
        }
        return nil
    }
}

/// Writes the integer forms of nodes.
private struct DynamicGraphWriter {
    /// What decides the integers that stand for weights.
    private struct Key: Hashable {
        let constant: String
        let factor: Float
        let isTransposed: Bool
        let isConvolution: Bool
    }

    private let original: Graph
    private let perTensor: Bool
    private var graph: Graph
    private var names: NameScope
    private var nodes: [Node] = []
    /// Integers, scale and zero point of values that were quantized already.
    private var activations: [String: [String]] = [:]
    private var weights: [Key: (integers: String, scale: String, quantized: WeightQuantization)] = [:]

    init(_ graph: Graph, perTensor: Bool) {
        original = graph
        self.graph = graph
        self.perTensor = perTensor
        names = NameScope(graph)
    }

    mutating func keep(_ node: Node) { nodes.append(node) }

    /// - Precondition: the node is weighted by `QuantizationRule`.
    mutating func append(_ node: Node) -> QuantizationReport.Weights? {
        guard let x = node.input(0), let name = node.input(1), let constant = original.constant(name),
            let output = node.outputs.first
        else { preconditionFailure("'\(node.name)' has no weights") }
        let isConvolution = node.operatorType == "Conv"
        let isGemm = node.operatorType == "Gemm"
        let key = Key(
            constant: name, factor: isGemm ? node.floatAttribute("alpha", default: 1) : 1,
            isTransposed: isGemm && node.intAttribute("transB", default: 0) != 0, isConvolution: isConvolution)
        let stored = weights[key] ?? store(key, constant)
        weights[key] = stored
        let input = quantizedActivation(x)
        let base = node.selectionName ?? output

        let sums = names.unused("\(base)_sums")
        var product = Node(
            isConvolution ? "ConvInteger" : "MatMulInteger", name: names.unused("\(base)_integers"),
            inputs: [input[0], stored.integers, input[2]], outputs: [sums])
        if isConvolution { product.attributes = node.attributes }
        nodes.append(product)
        let real = append("Cast", [sums], "\(base)_cast", attributes: ["to": .int(1)])
        let scale = append("Mul", [input[1], stored.scale], "\(base)_scale")
        guard let bias = bias(of: node, rank: constant.shape.count) else {
            nodes.append(Node("Mul", name: node.name, inputs: [real, scale], outputs: [output]))
            return report(name, stored.quantized)
        }
        let scaled = append("Mul", [real, scale], "\(base)_scaled")
        nodes.append(Node("Add", name: node.name, inputs: [scaled, bias], outputs: [output]))
        return report(name, stored.quantized)
    }

    mutating func finished(_ summary: String) -> Graph {
        graph.nodes = nodes
        var used = Set(graph.inputs.map(\.name) + graph.outputs.map(\.name))
        for node in nodes { used.formUnion(node.inputs) }
        graph.removeInitializers(Set(graph.initializerOrder.filter { !used.contains($0) }))
        graph.metadata.removeAll { $0.key == "hone.quantization" }
        graph.metadata.append((key: "hone.quantization", value: summary))
        return graph
    }

    private func report(_ name: String, _ weights: WeightQuantization) -> QuantizationReport.Weights {
        QuantizationReport.Weights(
            name: name, axis: weights.axis, scaleCount: weights.scales.count, raisedChannels: [])
    }

    private mutating func append(
        _ type: String, _ inputs: [String], _ base: String, attributes: [String: AttributeValue] = [:]
    ) -> String {
        let output = names.unused(base)
        nodes.append(
            Node(type, name: names.unused("\(base)_\(type)"), inputs: inputs, outputs: [output], attributes: attributes)
        )
        return output
    }

    private mutating func quantizedActivation(_ value: String) -> [String] {
        if let known = activations[value] { return known }
        let outputs = ["quantized", "scale", "zero_point"].map { names.unused("\(value)_\($0)") }
        nodes.append(
            Node(
                "DynamicQuantizeLinear", name: names.unused("\(value)_DynamicQuantizeLinear"), inputs: [value],
                outputs: outputs))
        activations[value] = outputs
        return outputs
    }

    /// The integers of weights, and their scales in a shape that spreads over the product.
    private mutating func store(
        _ key: Key, _ constant: Tensor
    ) -> (integers: String, scale: String, quantized: WeightQuantization) {
        var matrix = constant
        if key.factor != 1 { matrix = Tensor(matrix.floats().map { $0 * key.factor }, shape: matrix.shape) }
        if key.isTransposed { matrix = transposed(matrix) }
        let rank = matrix.shape.count
        // The columns of a matrix; a stack of matrices has no channels of its own.
        let axis = perTensor ? nil : key.isConvolution ? 0 : rank == 2 ? 1 : nil
        let quantized = WeightQuantization(matrix, axis: axis)
        let shape =
            axis == nil
            ? []
            : key.isConvolution
                ? [quantized.scales.count] + Array(repeating: 1, count: rank - 2) : [quantized.scales.count]
        let integers = names.unused("\(key.constant)_quantized")
        let scale = names.unused("\(key.constant)_scale")
        graph.setInitializer(integers, quantized.values)
        graph.setInitializer(scale, Tensor(quantized.scales, shape: shape))
        return (integers, scale, quantized)
    }

    private func transposed(_ matrix: Tensor) -> Tensor {
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        let elements = matrix.floats()
        return Tensor(
            (0..<rows * columns).map { elements[$0 % rows * columns + $0 / rows] }, shape: [columns, rows])
    }

    /// The name of a bias that can be added to the product; nil if there is none.
    private mutating func bias(of node: Node, rank: Int) -> String? {
        guard node.operatorType != "MatMul", let name = node.input(2), let constant = original.constant(name) else {
            return nil
        }
        let factor = node.operatorType == "Gemm" ? node.floatAttribute("beta", default: 1) : 1
        let isConvolution = node.operatorType == "Conv"
        guard isConvolution || factor != 1 else { return name }
        let shape = isConvolution ? [constant.elementCount] + Array(repeating: 1, count: rank - 2) : constant.shape
        let scaled = names.unused("\(name)_added")
        graph.setInitializer(scaled, Tensor(constant.floats().map { $0 * factor }, shape: shape))
        return scaled
    }
}
