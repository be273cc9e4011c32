import ModelGraph
import Optimizers
import Reporting
import Tensors

/// The rows of a report's table of layers: every node of the float model, with all that is known of it.
struct ReportedLayers {
    private let optimized: OptimizedModel
    /// What was quantized, batch normalisation folded.
    private let float: Graph
    private let quantized: Graph
    private let floatNodes: [String: Node]
    private let quantizedNodes: [String: Node]
    private let producers: [String: Node]
    private let compared: [String: ModelComparison.Layer]
    private let alone: [String: QuantizationLoss]
    private let times: (float: [String: Double], int8: [String: Double])
    private let activations: [String: QuantizationReport.Activation]
    private let densities: [String: Double]
    private let pruned: [String: PrunedModel.Layer]

    /// - Throws: what the passes before quantization throw.
    init(_ optimized: OptimizedModel) throws(HoneError) {
        self.optimized = optimized
        let quantized = optimized.quantized
        float = try optimized.forms.first?.model.graphToQuantize(optimized.settings.quantization) ?? Graph()
        self.quantized = quantized.model.graph
        func byName(_ graph: Graph) -> [String: Node] {
            Dictionary(graph.nodes.map { ($0.name, $0) }) { first, _ in first }
        }
        (floatNodes, quantizedNodes) = (byName(float), byName(quantized.model.graph))
        producers = Dictionary(
            quantized.model.graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }
        ) { first, _ in first }
        compared = Dictionary(
            optimized.comparison.layers.compactMap { layer in layer.node.map { ($0, layer) } }
        ) { first, _ in first }
        alone = Dictionary(
            (optimized.sensitivity?.layers ?? []).map { ($0.node, $0.loss) }
        ) { first, _ in first }
        times = (
            ReportedLayers.times(optimized.forms.first?.timings.first),
            ReportedLayers.times(optimized.forms[optimized.chosen].timings.first)
        )
        // A report without any pruning says nothing of zeros.
        let isPruning = !optimized.settings.prunings.isEmpty
        densities = Dictionary(
            (isPruning ? ModelSparsity(quantized.model).layers : []).compactMap { layer in
                layer.kernelDensity.map { (layer.name, $0) }
            }
        ) { first, _ in first }
        pruned = Dictionary(
            (optimized.forms[optimized.chosen].pruned?.layers ?? []).map { ($0.name, $0) }
        ) { first, _ in first }
        activations = Dictionary(quantized.report.activations.map { ($0.value, $0) }) { first, _ in first }
    }

    /// Milliseconds by the name of the step; those that only change a layout belong to no layer.
    static func times(_ timing: OptimizedModel.Timing?) -> [String: Double] {
        var times: [String: Double] = [:]
        for step in timing?.result.layers ?? [] where step.operatorType != "hone.Reorder" {
            times[step.name, default: 0] += step.milliseconds
        }
        return times
    }

    /// In the order of the model.
    func rows() -> [OptimizationReport.Layer] {
        zip(optimized.quantized.layers, optimized.quantized.report.entries).map { layer, entry in
            var row = OptimizationReport.Layer(
                name: layer.node, operatorType: layer.operatorType, isQuantized: layer.isQuantized,
                reason: layer.reason)
            let node = floatNodes[layer.node]
            row.value = compared[layer.node]?.value ?? node?.outputs.first
            if let figures = compared[layer.node] {
                row.signalToNoise = figures.signalToNoise
                row.cosine = figures.cosine
                row.saturated = figures.isQuantized ? figures.saturatedPercent : nil
            }
            row.alone = alone[layer.node].map { OptimizationReport.Comparison($0, outputs: nil) }
            row.floatMilliseconds = times.float[layer.node]
            row.int8Milliseconds = times.int8[layer.node]
            row.density = densities[layer.node]
            row.pruningError = pruned[layer.node].flatMap { $0.isPruned ? $0.errorRefitted ?? $0.errorMasked : nil }
            row.pruningReason = pruned[layer.node]?.decision
            row.weights = node.flatMap { weights(of: $0, entry) }
            if let activation = row.value.flatMap({ activations[$0] }) {
                row.outputScale = activation.quantization.scale
                row.outputZeroPoint = Int(activation.quantization.zeroPoint)
            }
            return row
        }
    }

    /// Nil for a node that has none, of at least two dimensions.
    private func weights(of node: Node, _ entry: QuantizationReport.Entry) -> OptimizationReport.Weights? {
        guard let name = node.input(1), let constant = float.constant(name), constant.shape.count > 1,
            constant.elementType == .float32, ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.operatorType)
        else { return nil }
        let before = StoredWeights(of: node, in: float, producers: [:])
        let after = quantizedNodes[node.name].map { StoredWeights(of: $0, in: quantized, producers: producers) }
        var weights = OptimizationReport.Weights(
            floatByteCount: before.byteCount, int8ByteCount: after?.byteCount ?? before.byteCount)
        guard let after, let scales = after.scales else { return weights }
        weights.scales = OptimizationReport.Summary(of: scales)
        weights.channelMaxima = OptimizationReport.Summary(of: maxima(constant, axis: entry.weights?.axis))
        // A Gemm's factor of the product moved into its weights.
        let factor = node.operatorType == "Gemm" ? ReportedLayers.alpha(node) : 1
        if let original = before.reals, let reals = after.reals {
            weights.distribution = OptimizationReport.WeightDistribution(
                before: factor == 1 ? original : original.map { $0 * factor }, after: reals)
        }
        return weights
    }

    private static func alpha(_ node: Node) -> Float {
        if case .float(let value)? = node.attributes["alpha"] { value } else { 1 }
    }

    /// The largest magnitude of each channel along `axis`, of all elements if there is none.
    private func maxima(_ tensor: Tensor, axis: Int?) -> [Float] {
        let channels = axis.map { tensor.shape[$0] } ?? 1
        let inner = axis.map { tensor.shape[($0 + 1)...].reduce(1, *) } ?? max(tensor.elementCount, 1)
        var maxima = [Float](repeating: 0, count: channels)
        for (index, value) in tensor.floats().enumerated() where value.isFinite {
            let channel = index / max(inner, 1) % channels
            maxima[channel] = max(maxima[channel], value.magnitude)
        }
        return maxima
    }
}
