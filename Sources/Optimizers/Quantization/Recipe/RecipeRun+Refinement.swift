import ModelGraph
import Tensors

/// What recipes do to layers once ranges are chosen: rounding that makes up for its errors, corrected biases, statistics of
/// batch normalizations that fit what quantized layers feed them.
extension RecipeRun {
    private typealias Outcomes = [String: (outcome: CompensatedRounding.Outcome, blocks: Int)]

    /// Corrected biases, compensated rounding, and both.
    func refinements(of base: RecipeTrial) throws(HoneError) -> [RecipeWay] {
        let outcomes = try rounded(base)
        var options = base.options
        adopt(outcomes, base, &options)
        let compensated = try trial(title(base, "compensated rounding"), base.graph, base.record, options)
        return [
            RecipeWay(from: base, fits: false, corrects: true, try withCorrectedBiases(base)), RecipeWay(compensated),
            RecipeWay(from: compensated, fits: false, corrects: true, try withCorrectedBiases(compensated)),
        ]
    }

    /// Fitted batch normalizations, and biases corrected behind them; nothing where there are none to fit.
    func fittings(of base: RecipeTrial) throws(HoneError) -> [RecipeWay] {
        guard let fitted = try withFittedNormalizations(base) else { return [] }
        return [
            RecipeWay(from: base, fits: true, corrects: false, fitted),
            RecipeWay(from: base, fits: true, corrects: true, try withCorrectedBiases(fitted)),
        ]
    }

    /// A trial with its batch normalizations fitted to its quantized layers; nil if none is left to change.
    func withFittedNormalizations(_ base: RecipeTrial) throws(HoneError) -> RecipeTrial? {
        let correction = NormalizationCorrection(
            backend: backend, evaluator: evaluator, data: data, sampleLimit: recipe.samples.correction,
            byteLimit: byteLimit)
        guard let fitted = try correction.fit(base.graph, to: base.result.graph) else { return nil }
        var options = base.options
        for output in fitted.changed {
            options.adjustments[output, default: LayerAdjustment()].notes.append(
                "fitted to quantized layers on \(fitted.samples) samples")
        }
        return try trial(
            title(base, "batch normalization fitted"), fitted.graph, base.record, options, reference: base.reference)
    }

    private func title(_ base: RecipeTrial, _ step: String) -> String {
        base.name == "fast" ? step : "\(base.name), \(step)"
    }

    private func rounded(_ base: RecipeTrial) throws(HoneError) -> Outcomes {
        let pass = HessianPass(
            backend: backend, evaluator: evaluator, data: data, sampleLimit: recipe.samples.rounding,
            byteLimit: byteLimit)
        let candidates = base.quantizedLayers.map {
            HessianPass.Candidate(layer: $0.layer, nearest: $0.layer.nearest(inputScale: $0.inputScale))
        }
        return try pass.round(candidates, of: base.graph)
    }

    /// A trial with the mean error of each layer moved into its bias.
    func withCorrectedBiases(_ base: RecipeTrial) throws(HoneError) -> RecipeTrial {
        var (options, graph) = (base.options, base.graph)
        let name = title(base, "bias correction")
        for (layer, _) in base.quantizedLayers where layer.bias == nil { addBias(layer, to: &graph) }
        let uncorrected = try trial(name, graph, base.record, options, reference: base.reference)
        let correction = BiasCorrection(
            backend: backend, evaluator: evaluator, data: data, sampleLimit: recipe.samples.correction,
            byteLimit: byteLimit)
        let (shifts, samples) = try correction.corrections(
            of: base.reference, layers: uncorrected.quantizedLayers.map(\.layer),
            quantized: uncorrected.result.graph)
        for (output, shift) in shifts {
            options.adjustments[output, default: LayerAdjustment()].biasShift = shift
            options.adjustments[output]?.biasSampleCount = samples
        }
        return try trial(name, graph, base.record, options, reference: base.reference)
    }

    private func adopt(_ outcomes: Outcomes, _ base: RecipeTrial, _ options: inout QuantizationOptions) {
        for (layer, inputScale) in base.quantizedLayers {
            guard let output = layer.node.outputs.first, let (outcome, blocks) = outcomes[output] else { continue }
            var adjustment = options.adjustments[output] ?? LayerAdjustment()
            adjustment.integers = outcome.integers
            adjustment.scales = layer.nearest(inputScale: inputScale).scales
            let share = Int((100 * outcome.error / outcome.nearestError).rounded())
            let parts = blocks > 1 ? " in \(blocks) blocks of columns" : ""
            adjustment.notes.append("rounding compensated\(parts) (\(share) % of the error)")
            options.adjustments[output] = adjustment
        }
    }

    /// A bias of zeros, which a correction can change.
    private func addBias(_ layer: WeightedLayer, to graph: inout Graph) {
        guard ["Conv", "ConvTranspose", "Gemm"].contains(layer.node.operatorType), let weights = layer.node.input(1)
        else {
            return
        }
        var names = NameScope(graph)
        let name = names.unused("\(weights)_bias")
        graph.setInitializer(name, Tensor([Float](repeating: 0, count: layer.layout.outputCount)))
        graph.nodes[layer.index].inputs = Array(layer.node.inputs.prefix(2)) + [name]
    }
}
