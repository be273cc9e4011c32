import ModelGraph
import Runtime
import Tensors

/// Moves the mean error of each layer's output into its bias, layer after layer: each is measured behind a prefix that is
/// quantized and corrected already (Nagel et al. 2019, arXiv:1906.04721, section 4.2, measured instead of derived).
///
/// The quantized model runs once, cut after each layer: what later layers need of all samples waits in memory, corrected in
/// place. A channel's correction shrinks with the spread of its error over the samples, so that few samples do no harm.
struct BiasCorrection {
    let backend: any Backend
    let evaluator: any OperatorEvaluator
    let data: RecipeData
    /// How many samples, at most.
    let sampleLimit: Int
    /// How much what waits may take.
    let byteLimit: Int

    /// - Parameters:
    ///   - graph: the float graph that was quantized.
    ///   - layers: its layers with quantized weights, in the order of the nodes.
    ///   - quantized: what became of it (QDQ).
    /// - Returns: what to add to the bias of each layer, by the name of its output; and from how many samples.
    func corrections(
        of graph: Graph, layers: [WeightedLayer], quantized: Graph
    ) throws(HoneError) -> (shifts: [String: [Float]], samples: Int) {
        let simulated = try SimulatedGraph(quantized)
        guard simulated.layers.count == layers.count, !layers.isEmpty else { return ([:], 0) }
        let limit = try SegmentedRun.affordableSamples(
            simulated, cuts: simulated.layers, data: data, limit: sampleLimit, byteLimit: byteLimit, backend: backend,
            evaluator: evaluator)
        let means = try floatMeans(graph, layers, limit: limit)
        var run = SegmentedRun(simulated, backend: backend, evaluator: evaluator)
        try data.forEach(limit: limit, in: graph) { feed, samples, _ throws(HoneError) in
            run.add(feed, samples: samples)
        }
        var shifts: [String: [Float]] = [:]
        for (number, layer) in layers.enumerated() {
            data.tell("Correcting biases", "layers", done: number, of: layers.count)
            guard let name = layer.node.outputs.first else { continue }
            let isCorrectable = layer.bias != nil && layer.node.operatorType != "MatMul"
            let areLast = layer.node.operatorType == "Gemm"
            try run.advance(to: simulated.layers[number])
            guard isCorrectable, let output = simulated.graph.nodes[simulated.layers[number]].outputs.first,
                let expected = means[name]
            else { continue }
            let found = run.means(of: output, channels: layer.layout.outputCount, areLast: areLast)
            guard let shift = BiasCorrection.shift(from: found, to: expected) else { continue }
            shifts[name] = shift
            run.shift(output, by: shift, areLast: areLast)
        }
        data.tell("Correcting biases", "layers", done: layers.count, of: layers.count)
        return (shifts, run.sampleCount)
    }

    /// The mean error of each channel, shrunk by what the spread over the samples leaves in doubt (James and Stein 1961);
    /// nil if there are not two samples to tell, or a mean is not finite.
    static func shift(from found: ChannelMeans, to expected: ChannelMeans) -> [Float]? {
        let count = found.samples.count
        guard count >= 2, expected.samples.count >= count, let channels = found.samples.first?.count,
            expected.samples[0].count == channels
        else { return nil }
        var shifts = [Float](repeating: 0, count: channels)
        for channel in 0..<channels {
            let errors = (0..<count).map { expected.samples[$0][channel] - found.samples[$0][channel] }
            let mean = errors.reduce(0, +) / Double(count)
            let variance = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
            guard mean.isFinite, variance.isFinite else { return nil }
            guard mean != 0 else { continue }
            shifts[channel] = Float(mean * max(0, 1 - variance / Double(count) / (mean * mean)))
        }
        return shifts.allSatisfy(\.isFinite) ? shifts : nil
    }

    private func floatMeans(
        _ graph: Graph, _ layers: [WeightedLayer], limit: Int
    ) throws(HoneError) -> [String: ChannelMeans] {
        var byOutput: [String: WeightedLayer] = [:]
        for layer in layers { if let name = layer.node.outputs.first { byOutput[name] = layer } }
        let watched = try WatchedModel(graph, values: Set(byOutput.keys), on: backend, evaluator: evaluator)
        var means: [String: ChannelMeans] = [:]
        try data.forEach(limit: limit, in: graph, "Float means") { feed, samples, _ throws(HoneError) in
            try watched.run(feed) { name, view in
                guard let layer = byOutput[name] else { return }
                means[name, default: ChannelMeans()].add(
                    view.elements(as: Float.self), samples: samples, channels: layer.layout.outputCount,
                    areLast: layer.node.operatorType == "Gemm")
            }
        }
        return means
    }
}
