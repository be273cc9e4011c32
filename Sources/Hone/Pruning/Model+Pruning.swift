import ModelGraph
import Optimizers
import ReferenceBackend
import Runtime
import Tensors

extension Model {
    /// Makes weights zero in a pattern that kernels skip, or takes channels out, and fits what is left to what the model
    /// computed before. Without training; labels are not needed.
    ///
    /// Equal data in equal order make equal models, whatever the number of threads or the size of batches. Quantize the result:
    /// zeros stay zero.
    /// - Parameters:
    ///   - device: where the model runs.
    ///   - threads: how many threads the device may use on the host; nil for one a core.
    ///   - sampleCount: how many samples there are, as far as known; only progress depends on it.
    ///   - progress: is told how far each part of the work has come.
    ///   - batch: gives the feed of a batch by its number, from 0 on, and nil after the last; the same each time it is asked.
    ///     Nil will do where `PruningSettings.needsData` is false.
    /// - Throws: `.unsupported` for a quantized model; `.invalidOption` for settings without meaning, or that need data where
    ///   there are none; `.invalidInput` for samples that do not fit; what `batch` throws.
    public func pruned(
        _ settings: PruningSettings, device: Device = .automatic, threads: Int? = nil, sampleCount: Int = 0,
        progress: ((QuantizationProgress) -> Void)? = nil,
        rereading batch: ((_ index: Int) throws -> [String: Tensor]?)? = nil
    ) throws(HoneError) -> PrunedModel {
        let told = progress.map { progress in { (made: RecipeProgress) in progress(QuantizationProgress(made)) } }
        let data = batch.map { batch in
            RecipeData(sampleCount: sampleCount, progress: told) { index throws(HoneError) in
                do { return try batch(index) } catch { throw asHoneError(error) }
            }
        }
        var shapes: [String: [Int]] = [:]
        if case .speedup = settings.target, let batch {
            do {
                if let feed = try batch(0) { shapes = LatencyMeasurement.openShapes(self, of: feed) }
            } catch {
                throw asHoneError(error)
            }
        }
        let run = try PruningRun(self, settings, data: data, device: device, threads: threads, shapes: shapes)
        do {
            return try HostThreads.$limit.withValue(threads ?? HostThreads.limit) { try run.result() }
        } catch {
            throw asHoneError(error)
        }
    }

    /// The graph to prune: with a name for each node, after the passes that leave standard ONNX.
    ///
    /// - Throws: `.invalidOption` for a node to exclude that is not there, `.unsupported` for a quantized model.
    func graphToPrune(_ settings: PruningSettings) throws(HoneError) -> (graph: Graph, excluded: NodeSelection) {
        try checkIsNotQuantized()
        var graph = namingNodes().graph
        let excluded = try NodeSelection(settings.excludedNodes.sorted(), in: graph)
        try PassPipeline.portable.run(on: &graph, evaluator: ReferenceBackend())
        return (graph, excluded)
    }

    /// - Throws: `.unsupported` naming a node that computes on integers already.
    private func checkIsNotQuantized() throws(HoneError) {
        let integer = ["QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger"]
        guard
            let node = graph.nodes.first(where: {
                $0.operatorType.hasPrefix("QLinear") || integer.contains($0.operatorType)
            })
        else { return }
        throw HoneError(
            .unsupported, "the model is quantized already: it has node '\(node.name)' (\(node.operatorType))",
            remedy:
                "prune the float model that it was made from, then quantize: weights of 8 bits cannot be fitted again")
    }
}
