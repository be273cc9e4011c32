import Tensors

extension Model {
    /// Makes the model small, and measures what that cost: calibrates, quantizes (within a budget, if one is given), evaluates
    /// both models on the same samples, compares them layer by layer, and times both on every device.
    ///
    /// A device that fails to run one of them is a note in the result, not an error. All but the times is the same at any
    /// number of threads and size of batches.
    ///
    ///     let optimized = try model.optimized(on: data)
    ///     try optimized.write(to: "out", origin: OptimizationOrigin(path: "model.onnx"))
    ///
    /// - Parameter progress: called for each batch.
    /// - Throws: `.device` for a device of the settings that is not there; `.invalidInput` for samples that do not fit;
    ///   `.invalidOption` for a budget in percentage points without labels; `.checkFailed` if no quantized model holds it.
    public func optimized(
        _ settings: OptimizationSettings = OptimizationSettings(), on data: OptimizationData,
        progress: ((OptimizationProgress) -> Void)? = nil
    ) throws(HoneError) -> OptimizedModel {
        try settings.check()
        // Layers are told apart by name, also those to which the file gives none.
        let run = OptimizationRun(model: namingNodes(), settings: settings, data: data, progress: progress)
        return try run.result()
    }
}
