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

    /// Quantizes a graph.
    ///
    /// - Parameter record: of the same graph, from which `fast` would take its ranges.
    /// - Throws: what calibration and running the model throw; `.invalidInput` for data without samples.
    package func quantize(_ graph: Graph, calibration record: CalibrationRecord) throws(HoneError) -> RecipeResult {
        let prepared = try Quantizer(options: options, evaluator: evaluator).prepared(graph)
        let fast = try trial("fast", prepared, record, options)
        var ways = [RecipeWay(fast)]
        if recipe == .best { ways += try variants(of: prepared, record).map { RecipeWay($0) } }
        var figures: [OutputFidelity.Figure] = []
        func measureNew() throws(HoneError) -> Int {
            figures += try measure(ways[figures.count...].map(\.trial), prepared)
            return OutputFidelity.best(figures)
        }
        var chosen = try measureNew()
        if recipe != .fast, !fast.quantizedLayers.isEmpty {
            ways += try refinements(of: ways[chosen].trial)
            chosen = try measureNew()
            ways += try fittings(of: ways[chosen].start)
            chosen = try measureNew()
        }
        return try RecipeResult(ways[chosen], report(ways.map(\.trial), figures, chosen: chosen), self)
    }

    private func report(
        _ trials: [RecipeTrial], _ figures: [OutputFidelity.Figure], chosen: Int
    ) -> RecipeReport {
        let all = zip(trials, figures).map {
            RecipeReport.Trial(name: $0.name, decibels: $1.decibels, divergence: $1.divergence)
        }
        return RecipeReport(
            recipe: recipe, trials: all, chosen: chosen < all.count ? all[chosen] : nil,
            sampleLimit: recipe.samples.measuring)
    }

    func trial(
        _ name: String, _ graph: Graph, _ record: CalibrationRecord, _ options: QuantizationOptions,
        reference: Graph? = nil
    ) throws(HoneError) -> RecipeTrial {
        try RecipeTrial(name, of: recipe, graph, record, options, reference: reference, evaluator: evaluator)
    }

    /// Outputs of the float graph against those of the trials, four at a time: each holds a packed model.
    private func measure(
        _ trials: [RecipeTrial], _ graph: Graph
    ) throws(HoneError) -> [OutputFidelity.Figure] {
        var figures: [OutputFidelity.Figure] = []
        for first in stride(from: 0, to: trials.count, by: 4) {
            let part = trials[first..<min(first + 4, trials.count)]
            let stage =
                part.count == 1
                ? "Measuring '\(part[first].name)'" : "Measuring \(part.count) ways, from '\(part[first].name)' on"
            figures += try OutputFidelity.measure(
                part.map(\.result.graph), against: graph, data: data, limit: recipe.samples.measuring,
                backend: backend, evaluator: evaluator, stage: stage)
        }
        return figures
    }
}
