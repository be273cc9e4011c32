import ModelGraph
import Optimizers
import ReferenceBackend
import Runtime
import Tensors

/// How far a recipe has come.
public struct QuantizationProgress: Sendable, Equatable {
    /// What is being done, in words for a person; another one begins anew at 0.
    public let stage: String
    /// What `done` and `total` count, such as `samples`.
    public let unit: String
    /// Never more than `total`.
    public let done: Int
    /// About how much there is, at least 1.
    public let total: Int

    init(_ progress: RecipeProgress) {
        (stage, unit, total) = (progress.stage, progress.unit, progress.total)
        done = min(progress.done, progress.total)
    }
}

extension Model {
    /// Quantizes to int8 with what a calibration saw and data that can be read again, by any recipe.
    ///
    /// Equal data in equal order make equal models, whatever the number of threads or the size of batches.
    /// - Parameters:
    ///   - device: where models run.
    ///   - progress: is told how far each part of the work has come.
    ///   - batch: gives the feed of a batch by its number, from 0 on, and nil after the last; the same each time it is asked.
    /// - Throws: `.invalidInput` for a calibration of another model, or without samples; what `batch` throws.
    public func quantized(
        with calibration: Calibration, settings: QuantizationSettings = QuantizationSettings(),
        device: Device = .automatic, threads: Int? = nil, progress: ((QuantizationProgress) -> Void)? = nil,
        rereading batch: @escaping (_ index: Int) throws -> [String: Tensor]?
    ) throws(HoneError) -> QuantizedModel {
        try quantizer(
            with: calibration, settings, device: device, threads: threads, progress: progress, rereading: batch
        ).whole
    }

    /// What quantizes this model by the recipe of the settings, with any of its layers left in floating point.
    ///
    /// - Parameter batch: as for `quantized`; nil will do for `fast`.
    /// - Throws: `.invalidOption` for another recipe without data.
    func quantizer(
        with calibration: Calibration, _ settings: QuantizationSettings, device: Device, threads: Int?,
        progress: ((QuantizationProgress) -> Void)?, rereading batch: ((_ index: Int) throws -> [String: Tensor]?)?
    ) throws(HoneError) -> LayerwiseQuantizer {
        guard let batch, let recipe = QuantizationRecipe(rawValue: settings.recipe.rawValue), recipe != .fast else {
            return LayerwiseQuantizer(
                whole: try quantized(with: calibration, settings: settings),
                leaving: { nodes, _ throws(HoneError) in
                    var settings = settings
                    settings.excludedNodes.formUnion(nodes)
                    return try quantized(with: calibration, settings: settings)
                })
        }
        let graph = try graph(of: calibration, settings)
        let told = progress.map { progress in { (made: RecipeProgress) in progress(QuantizationProgress(made)) } }
        let data = RecipeData(sampleCount: calibration.sampleCount, progress: told) { index throws(HoneError) in
            do { return try batch(index) } catch { throw asHoneError(error) }
        }
        let run = RecipeRun(
            recipe, options: try settings.options(for: self.graph), backend: try device.backend(threads: threads),
            evaluator: ReferenceBackend(), data: data, byteLimit: settings.memoryLimit)
        let limit = threads ?? HostThreads.limit
        let result: RecipeResult
        do {
            result = try HostThreads.$limit.withValue(limit) {
                try run.quantize(graph, calibration: calibration.record)
            }
        } catch {
            throw asHoneError(error)
        }
        return LayerwiseQuantizer(
            whole: try quantizedModel(result.graph, result.report, calibration, result.recipe),
            leaving: { nodes, isAlmostAll throws(HoneError) in
                do {
                    let (graph, report) = try HostThreads.$limit.withValue(limit) {
                        try result.quantized(leaving: nodes, isAlmostAll: isAlmostAll)
                    }
                    return try quantizedModel(graph, report, calibration, result.recipe)
                } catch {
                    throw asHoneError(error)
                }
            })
    }
}

/// A model as a recipe quantizes it, and the same with layers left in floating point: the recipe chooses once.
struct LayerwiseQuantizer {
    /// As many layers as can be.
    let whole: QuantizedModel
    /// With these nodes in floating point, by name; and whether nearly all others are, too.
    let leaving: (_ nodes: Set<String>, _ isAlmostAll: Bool) throws(HoneError) -> QuantizedModel
}
