import ModelGraph
import Tensors

/// Writes a plan into a graph: quantizers after values, constants as integers, clamps that saturation makes redundant gone.
struct QuantizedGraphBuilder {
    private var graph: Graph
    private let plan: QuantizationPlan
    private let options: QuantizationOptions
    private let record: CalibrationRecord
    private let original: Graph
    private let uses: ValueUses

    private var names: NameScope
    private var nodes: [Node] = []
    private var ranges: [String: ValueRange] = [:]
    private var quantizations: [String: ActivationQuantization] = [:]
    /// What consumers of a quantized value read instead.
    private var dequantized: [String: String] = [:]
    /// Names of the scale and the zero point, by owner.
    private var parameters: [String: (scale: String, zeroPoint: String)] = [:]
    private var constants = QuantizedConstants()
    private var absorbed: Set<Int> = []
    private var weights: [Int: QuantizationReport.Weights] = [:]

    init(_ graph: Graph, plan: QuantizationPlan, options: QuantizationOptions, record: CalibrationRecord) {
        self.graph = graph
        self.plan = plan
        self.options = options
        self.record = record
        original = graph
        uses = ValueUses(graph)
        names = NameScope(graph)
        for value in plan.quantized.sorted() {
            let statistics = record[value] ?? TensorStatistics()
            let range = options.estimator.range(of: statistics, type: options.activationType)
            let owner = plan.owner(of: value)
            ranges[owner] = ranges[owner]?.union(range) ?? range
        }
        quantizations = ranges.mapValues { ActivationQuantization($0, type: options.activationType) }
    }

    mutating func build() -> Graph {
        let renamed = absorbClamps()
        for input in original.inputs where plan.quantized.contains(input.name) { appendQuantizer(of: input.name) }
        for (index, node) in original.nodes.enumerated() where !absorbed.contains(index) {
            var node = node
            if let output = renamed[index] { node.outputs[0] = output }
            quantizeConstants(of: &node, index)
            node.inputs = node.inputs.map { dequantized[$0] ?? $0 }
            let made = node.outputs.filter { plan.quantized.contains($0) }
            // The caller's name of a graph output goes to the dequantized value.
            var sources: [String: String] = [:]
            for value in made where uses.isGraphOutput(value) {
                sources[value] = names.unused("\(value)_float")
            }
            node.outputs = node.outputs.map { sources[$0] ?? $0 }
            nodes.append(node)
            for value in made { appendQuantizer(of: value, source: sources[value]) }
        }
        graph.nodes = nodes
        removeUnusedInitializers()
        graph.metadata.removeAll { $0.key == "hone.quantization" }
        graph.metadata.append((key: "hone.quantization", value: options.summary))
        return graph
    }

    func report() -> QuantizationReport {
        let entries = original.nodes.enumerated().map { index, node in
            QuantizationReport.Entry(
                node: title(node), operatorType: node.operatorType, outcome: outcome(index), weights: weights[index],
                notes: adjustment(index)?.descriptions ?? [])
        }
        var order = original.inputs.map(\.name)
        order.append(contentsOf: original.nodes.flatMap(\.outputs))
        let activations = order.filter { plan.quantized.contains($0) }.compactMap { value in
            activation(value)
        }
        return QuantizationReport(summary: options.summary, entries: entries, activations: activations)
    }

    private func activation(_ value: String) -> QuantizationReport.Activation? {
        let owner = plan.owner(of: value)
        guard let range = ranges[owner], let quantization = quantizations[owner] else { return nil }
        let seen = record[value] ?? TensorStatistics()
        return QuantizationReport.Activation(
            value: value, range: range, quantization: quantization, sharedWith: owner,
            nonFiniteCount: seen.nanCount + seen.positiveInfinityCount + seen.negativeInfinityCount)
    }

    private func adjustment(_ index: Int) -> LayerAdjustment? {
        original.nodes[index].outputs.first.flatMap { options.adjustments[$0] }
    }

    private func outcome(_ index: Int) -> QuantizationReport.Outcome {
        switch plan.roles[index] {
        case .weighted, .anchor, .follower: .quantized
        case .passThrough: .passedThrough
        case .fused(let producer):
            absorbed.contains(index)
                ? .absorbed(into: title(original.nodes[producer])) : .fused(into: title(original.nodes[producer]))
        case .float(let reason): .float(reason: reason)
        }
    }

    private func title(_ node: Node) -> String { node.name.isEmpty ? node.outputs.first ?? "" : node.name }

    /// Removes clamps at the end of a fused chain whose work the quantizer does, and tells which node makes the value now.
    private mutating func absorbClamps() -> [Int: String] {
        var renamed: [Int: String] = [:]
        var producers: [String: Int] = [:]
        for (index, node) in original.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { producers[output] = index }
        }
        for (index, result) in plan.results {
            guard let quantization = quantizations[plan.owner(of: result)], plan.quantized.contains(result) else {
                continue
            }
            var last = result
            while let maker = producers[last], maker != index, case .fused = plan.roles[maker],
                let clamp = ConstantClamp(original.nodes[maker], in: original),
                clamp.isRedundant(before: quantization), let before = original.nodes[maker].input(0)
            {
                absorbed.insert(maker)
                last = before
            }
            if last != result, let maker = producers[last] { renamed[maker] = result }
        }
        return renamed
    }

    private mutating func appendQuantizer(of value: String, source: String? = nil) {
        let owner = plan.owner(of: value)
        guard let quantization = quantizations[owner] else { preconditionFailure("'\(value)' has no range") }
        let shared: (scale: String, zeroPoint: String)
        if let known = parameters[owner] {
            shared = known
        } else {
            shared = (names.unused("\(owner)_scale"), names.unused("\(owner)_zero_point"))
            parameters[owner] = shared
            graph.setInitializer(shared.scale, Tensor(scalar: quantization.scale))
            graph.setInitializer(shared.zeroPoint, quantization.type.zeroPointTensor(quantization.zeroPoint))
        }
        let integers = names.unused("\(value)_quantized")
        let reals = source == nil ? names.unused("\(value)_dequantized") : value
        nodes.append(
            Node(
                "QuantizeLinear", name: names.unused("\(value)_QuantizeLinear"),
                inputs: [source ?? value, shared.scale, shared.zeroPoint], outputs: [integers]))
        nodes.append(
            Node(
                "DequantizeLinear", name: names.unused("\(value)_DequantizeLinear"),
                inputs: [integers, shared.scale, shared.zeroPoint], outputs: [reals]))
        dequantized[value] = reals
    }

    private mutating func quantizeConstants(of node: inout Node, _ index: Int) {
        switch plan.roles[index] {
        case .weighted:
            guard let input = node.input(0), let quantization = quantizations[plan.owner(of: input)] else { return }
            weights[index] = constants.quantizeWeights(
                of: &node, inputScale: quantization.scale, in: original, perTensor: options.perTensorWeights,
                adjustment: adjustment(index), names: &names)
        case .anchor(let inputs):
            for position in inputs where position < node.inputs.count {
                guard let constant = original.constant(node.inputs[position]) else { continue }
                node.inputs[position] = constants.quantizeOperand(
                    node.inputs[position], constant, type: options.activationType, names: &names)
            }
        case .follower, .passThrough, .fused, .float: return
        }
        nodes.append(contentsOf: constants.newNodes)
        for (name, tensor) in constants.newInitializers { graph.setInitializer(name, tensor) }
        constants.clearNew()
    }

    private mutating func removeUnusedInitializers() {
        var used = Set(graph.inputs.map(\.name) + graph.outputs.map(\.name))
        for node in graph.nodes { used.formUnion(node.inputs) }
        graph.removeInitializers(Set(graph.initializerOrder.filter { !used.contains($0) }))
    }
}

/// The constant bounds of a Relu or Clip.
struct ConstantClamp {
    let low: Float
    let high: Float

    /// Nil if the node is no clamp, or its bounds are no constants.
    init?(_ node: Node, in graph: Graph) {
        switch node.operatorType {
        case "Relu": (low, high) = (0, .infinity)
        case "Clip":
            var bounds: [Float] = [-.infinity, .infinity]
            for position in 0...1 {
                guard let name = node.input(position + 1) else { continue }
                guard let constant = graph.constant(name), let value = constant.floats().first else { return nil }
                bounds[position] = value
            }
            (low, high) = (bounds[0], bounds[1])
        default: return nil
        }
    }

    /// Whether quantizing saturates to the same integers without the clamp.
    ///
    /// Quantizing is monotone: it is enough that each bound already becomes the first or the last integer.
    func isRedundant(before quantization: ActivationQuantization) -> Bool {
        low <= high && quantization.quantized(low) == quantization.type.range.lowest
            && quantization.quantized(high) == quantization.type.range.highest
    }
}
