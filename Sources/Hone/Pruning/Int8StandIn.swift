import ModelGraph
import Optimizers
import Tensors

/// int8 forms of a float graph for timing, before anything is calibrated: ranges do not matter for time, and come from one
/// feed of noise. Zeros of the weights stay zeros.
struct Int8StandIn {
    /// Of inputs with open dimensions beside the batch.
    let shapes: [String: [Int]]

    /// - Parameter graph: float; each node has a name.
    /// - Throws: `.unsupported` where nothing of it can be quantized.
    func model(_ graph: Graph) throws(HoneError) -> Model {
        let model = Model(graph: graph)
        var settings = QuantizationSettings(method: .minMax)
        settings.recipe = .fast
        // The cpu device, whatever is timed later: the same model everywhere.
        var feeds = [try model.randomFeed(try model.shapes(shapes, batch: model.fixedBatch ?? 1), seed: 1)]
        return try model.quantized(settings: settings, device: .cpu) { feeds.popLast() }.model
    }
}
