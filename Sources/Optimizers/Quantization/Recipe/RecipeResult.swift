import ModelGraph
import Tensors

/// A trial, and how it came from one that nothing was measured behind: with other layers in floating point, what was measured
/// has to be measured again.
struct RecipeWay {
    /// Ranges, equalized channels and rounding, each of which is a layer's own affair.
    let start: RecipeTrial
    /// Whether batch normalizations are fitted to the quantized layers before them.
    var fits = false
    /// Whether biases make up for the quantized layers before them.
    var corrects = false
    let trial: RecipeTrial

    init(_ trial: RecipeTrial) { (start, self.trial) = (trial, trial) }

    init(from start: RecipeTrial, fits: Bool, corrects: Bool, _ trial: RecipeTrial) {
        (self.start, self.fits, self.corrects, self.trial) = (start, fits, corrects, trial)
    }
}

/// What a recipe chose, from which the model can be made again with more of its layers in floating point.
package struct RecipeResult {
    /// The quantized graph in the format of the options.
    package let graph: Graph
    package let report: QuantizationReport
    /// What was tried.
    package let recipe: RecipeReport
    private let way: RecipeWay
    private let run: RecipeRun

    init(_ way: RecipeWay, _ recipe: RecipeReport, _ run: RecipeRun) throws(HoneError) {
        (self.way, self.recipe, self.run) = (way, recipe, run)
        (graph, report) = try RecipeResult.formatted(way.trial, run)
    }

    /// Quantizes again as the recipe chose, without trying anything else. Batch normalizations are fitted and biases corrected
    /// anew, if that was chosen: they make up for the layers that are quantized.
    ///
    /// - Parameters:
    ///   - nodes: the names of those that stay float beside the ones that the options exclude.
    ///   - isAlmostAll: whether hardly any layer is left to quantize, so that nothing is fitted or corrected.
    package func quantized(
        leaving nodes: Set<String>, isAlmostAll: Bool = false
    ) throws(HoneError) -> (graph: Graph, report: QuantizationReport) {
        guard !nodes.isEmpty else { return (graph, report) }
        let start = way.start
        var options = start.options
        options.excludedNodes.formUnion(nodes)
        for node in start.graph.nodes where node.selectionName.map({ nodes.contains($0) }) ?? false {
            for output in node.outputs { options.adjustments[output] = nil }
        }
        var trial = try run.trial(start.name, start.graph, start.record, options)
        if !isAlmostAll {
            if way.fits { trial = try run.withFittedNormalizations(trial) ?? trial }
            if way.corrects { trial = try run.withCorrectedBiases(trial) }
        }
        return try RecipeResult.formatted(trial, run)
    }

    private static func formatted(
        _ trial: RecipeTrial, _ run: RecipeRun
    ) throws(HoneError) -> (graph: Graph, report: QuantizationReport) {
        if trial.options.format == .qdq { return trial.result }
        return try Quantizer(options: trial.options, evaluator: run.evaluator)
            .quantize(trial.graph, calibration: trial.record)
    }
}
