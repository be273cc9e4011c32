import ModelGraph
import Tensors

/// One way of quantizing, with what came of it.
struct RecipeTrial {
    let name: String
    /// The float graph that is quantized: equivalent to the original but for fitted batch normalizations.
    let graph: Graph
    /// The same without these: what a correction aims at.
    let reference: Graph
    let record: CalibrationRecord
    let options: QuantizationOptions
    /// QDQ, whatever format the file will have: what measures and corrects reads it.
    let result: (graph: Graph, report: QuantizationReport)

    /// Quantizes.
    ///
    /// - Parameters:
    ///   - recipe: whose trial it is.
    ///   - reference: what the graph should compute; nil for what it does compute.
    init(
        _ name: String, of recipe: QuantizationRecipe, _ graph: Graph, _ record: CalibrationRecord,
        _ options: QuantizationOptions, reference: Graph? = nil, evaluator: any OperatorEvaluator
    ) throws(HoneError) {
        var options = options
        options.recipe = "\(recipe.rawValue) (\(name))"
        (self.name, self.graph, self.record, self.options) = (name, graph, record, options)
        self.reference = reference ?? graph
        options.format = .qdq
        result = try Quantizer(options: options, evaluator: evaluator).quantize(graph, calibration: record)
    }

    /// The layers whose weights became integers, with the scale of their input.
    var quantizedLayers: [(layer: WeightedLayer, inputScale: Float)] {
        var scales: [String: Float] = [:]
        for activation in result.report.activations { scales[activation.value] = activation.quantization.scale }
        return result.report.entries.enumerated().compactMap { index, entry in
            guard entry.weights != nil, index < graph.nodes.count,
                let layer = WeightedLayer(index, in: graph, perTensor: options.perTensorWeights),
                let scale = layer.node.input(0).flatMap({ scales[$0] })
            else { return nil }
            return (layer, scale)
        }
    }
}
