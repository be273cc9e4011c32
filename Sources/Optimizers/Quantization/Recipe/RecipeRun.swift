import ModelGraph
import Runtime
import Tensors

/// Quantizes a graph by a recipe that reads the data again: tries ways of doing it, measures the outputs of each against the
/// float model on calibration data, and keeps the best. `fast` is always among them, so that by this measure no recipe is worse.
package struct RecipeRun {
    let recipe: QuantizationRecipe
    let options: QuantizationOptions
    let backend: any Backend
    let evaluator: any OperatorEvaluator
    let data: RecipeData
    let byteLimit: Int

    /// - Parameters:
    ///   - options: as for `fast`.
    ///   - backend: where models run.
    ///   - data: the samples to read again.
    ///   - byteLimit: what Hessians, and values that wait for bias correction, may take.
    package init(
        _ recipe: QuantizationRecipe, options: QuantizationOptions, backend: any Backend,
        evaluator: any OperatorEvaluator, data: RecipeData, byteLimit: Int
    ) {
        (self.recipe, self.options, self.backend, self.evaluator) = (recipe, options, backend, evaluator)
        (self.data, self.byteLimit) = (data, byteLimit)
    }

    /// One way of quantizing, with what came of it.
    private struct Trial {
        let name: String
        /// The float graph that is quantized, equivalent to the original.
        let graph: Graph
        let record: CalibrationRecord
        let options: QuantizationOptions
        let result: (graph: Graph, report: QuantizationReport)
    }

    /// Quantizes a graph.
    ///
    /// - Parameter record: of the same graph, from which `fast` would take its ranges.
    /// - Throws: what calibration and running the model throw; `.invalidInput` for data without samples.
    package func quantize(
        _ graph: Graph, calibration record: CalibrationRecord
    ) throws(HoneError) -> (graph: Graph, report: QuantizationReport, recipe: RecipeReport) {
        let prepared = try Quantizer(options: options, evaluator: evaluator).prepared(graph)
        let fast = try trial("fast", prepared, record, options)
        var trials = [fast]
        if recipe == .best { trials += try variants(of: prepared, record, fast) }
        var figures = try measure(trials, prepared)
        guard recipe != .fast, !quantizedLayers(fast).isEmpty else {
            return (fast.result.graph, fast.result.report, report(trials, figures, chosen: 0))
        }
        let base = trials[best(figures)]
        let steps: [[Step]] = [[.correction], [.rounding], [.rounding, .correction]]
        let outcomes = try rounded(base)
        let refined = try steps.map { steps throws(HoneError) in try refine(base, steps, outcomes) }
        figures += try measure(refined, prepared)
        trials += refined
        let chosen = best(figures)
        return (
            trials[chosen].result.graph, trials[chosen].result.report, report(trials, figures, chosen: chosen)
        )
    }

    private enum Step { case rounding, correction }

    /// The first of the highest.
    private func best(_ figures: [Double]) -> Int {
        figures.indices.reduce(0) { figures[$1] > figures[$0] ? $1 : $0 }
    }

    private func report(_ trials: [Trial], _ figures: [Double], chosen: Int) -> RecipeReport {
        let all = zip(trials, figures).map { RecipeReport.Trial(name: $0.name, decibels: $1) }
        return RecipeReport(
            recipe: recipe, trials: all, chosen: chosen < all.count ? all[chosen] : nil,
            sampleLimit: recipe.samples.measuring)
    }

    private func trial(
        _ name: String, _ graph: Graph, _ record: CalibrationRecord, _ options: QuantizationOptions
    ) throws(HoneError) -> Trial {
        var options = options
        options.recipe = "\(recipe.rawValue) (\(name))"
        let result = try Quantizer(options: options, evaluator: evaluator).quantize(graph, calibration: record)
        return Trial(name: name, graph: graph, record: record, options: options, result: result)
    }

    /// Outputs of the float graph against those of the trials, four at a time: each holds a packed model.
    private func measure(_ trials: [Trial], _ graph: Graph) throws(HoneError) -> [Double] {
        var figures: [Double] = []
        for first in stride(from: 0, to: trials.count, by: 4) {
            figures += try OutputFidelity.measure(
                trials[first..<min(first + 4, trials.count)].map(\.result.graph), against: graph, data: data,
                limit: recipe.samples.measuring, backend: backend, evaluator: evaluator)
        }
        return figures
    }

    /// Other estimators of ranges, and all of them with channels equalized.
    private func variants(
        of graph: Graph, _ record: CalibrationRecord, _ fast: Trial
    ) throws(HoneError) -> [Trial] {
        var estimators: [any RangeEstimator] = [MeanSquaredErrorRange(), MinMaxRange(), try PercentileRange(99.99)]
        estimators.removeAll { $0.name == options.estimator.name }
        var trials: [Trial] = []
        for estimator in estimators {
            var options = self.options
            options.estimator = estimator
            trials.append(try trial("\(estimator.name) ranges", graph, record, options))
        }
        let equalization = CrossLayerEqualization(graph)
        guard !equalization.pairs.isEmpty else { return trials }
        var extremes = ChannelExtremes()
        let watched = try WatchedModel(
            graph, values: Set(equalization.pairs.map(\.value)), on: backend, evaluator: evaluator)
        try data.forEach(limit: .max, in: graph) { feed, _, _ throws(HoneError) in
            try watched.run(feed) { name, view in extremes.add(view, to: name) }
        }
        let (equalized, changed) = equalization.apply(to: graph, extremes)
        guard !changed.isEmpty else { return trials }
        let newRecord = try calibrate(equalized)
        var noted = options
        for output in changed {
            noted.adjustments[output, default: LayerAdjustment()].notes.append("channels equalized")
        }
        for estimator in [options.estimator] + estimators {
            noted.estimator = estimator
            trials.append(try trial("equalized, \(estimator.name) ranges", equalized, newRecord, noted))
        }
        return trials
    }

    private func calibrate(_ graph: Graph) throws(HoneError) -> CalibrationRecord {
        let values = try Quantizer(options: options, evaluator: evaluator).valuesToCalibrate(in: graph)
        var running = graph
        try PassPipeline.calibration.run(on: &running, keeping: values, evaluator: evaluator)
        var calibrator = Calibrator(
            session: try Session(running, backend: backend, evaluator: evaluator), values: values,
            model: graph.fingerprint)
        try data.forEach(limit: .max, in: graph) { feed, _, _ throws(HoneError) in try calibrator.add(feed) }
        return calibrator.record
    }

    /// The layers of a trial whose weights became integers, with the scale of their input.
    private func quantizedLayers(_ trial: Trial) -> [(layer: WeightedLayer, inputScale: Float)] {
        let report = trial.result.report
        var scales: [String: Float] = [:]
        for activation in report.activations { scales[activation.value] = activation.quantization.scale }
        return report.entries.enumerated().compactMap { index, entry in
            guard entry.weights != nil, index < trial.graph.nodes.count,
                let layer = WeightedLayer(index, in: trial.graph, perTensor: options.perTensorWeights),
                let scale = layer.node.input(0).flatMap({ scales[$0] })
            else { return nil }
            return (layer, scale)
        }
    }

    private typealias Outcomes = [String: (outcome: CompensatedRounding.Outcome, blocks: Int)]

    private func rounded(_ base: Trial) throws(HoneError) -> Outcomes {
        let pass = HessianPass(
            backend: backend, evaluator: evaluator, data: data, sampleLimit: recipe.samples.rounding,
            byteLimit: byteLimit)
        let candidates = quantizedLayers(base).map {
            HessianPass.Candidate(layer: $0.layer, nearest: $0.layer.nearest(inputScale: $0.inputScale))
        }
        return try pass.round(candidates, of: base.graph)
    }

    private func refine(_ base: Trial, _ steps: [Step], _ outcomes: Outcomes) throws(HoneError) -> Trial {
        var options = base.options
        var graph = base.graph
        if steps.contains(.rounding) { adopt(outcomes, base, &options) }
        let prefix = base.name == "fast" ? [] : [base.name]
        guard steps.contains(.correction) else {
            return try trial((prefix + ["compensated rounding"]).joined(separator: ", "), graph, base.record, options)
        }
        for (layer, _) in quantizedLayers(base) where layer.bias == nil { addBias(layer, to: &graph) }
        let words = prefix + (steps.contains(.rounding) ? ["compensated rounding"] : []) + ["bias correction"]
        let name = words.joined(separator: ", ")
        let uncorrected = try trial(name, graph, base.record, options)
        let correction = BiasCorrection(
            backend: backend, evaluator: evaluator, data: data, sampleLimit: recipe.samples.correction,
            byteLimit: byteLimit)
        let (shifts, samples) = try correction.corrections(
            of: graph, layers: quantizedLayers(uncorrected).map(\.layer), quantized: uncorrected.result.graph)
        for (output, shift) in shifts {
            options.adjustments[output, default: LayerAdjustment()].biasShift = shift
            options.adjustments[output]?.notes.append("bias corrected on \(samples) samples")
        }
        return try trial(name, graph, base.record, options)
    }

    private func adopt(_ outcomes: Outcomes, _ base: Trial, _ options: inout QuantizationOptions) {
        for (layer, inputScale) in quantizedLayers(base) {
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
