import ModelGraph
import Optimizers
import ReferenceBackend
import Runtime
import Tensors

extension Model {
    /// Quantizes to int8, calibrating on samples as they come: memory does not grow with their number.
    ///
    /// - Parameters:
    ///   - samples: feeds for the model's inputs, one batch each, such as an `AsyncStream` of one's own.
    ///   - device: where the float model runs for calibration.
    ///   - threads: how many threads the device may use on the host; nil for one a core.
    /// - Returns: a QDQ model that any ONNX runtime loads, with a report for each node.
    /// - Throws: `.invalidInput` if there is no sample, or one does not fit the model.
    public func quantized<Samples: AsyncSequence>(
        calibratingOn samples: Samples, settings: QuantizationSettings = QuantizationSettings(),
        device: Device = .automatic, threads: Int? = nil
    ) async throws(HoneError) -> QuantizedModel where Samples.Element == [String: Tensor] {
        try checkIsOnePass(settings)
        let calibration = try await calibrated(on: samples, settings: settings, device: device, threads: threads)
        return try quantized(with: calibration, settings: settings)
    }

    /// Quantizes to int8, calibrating on what `next` returns until it returns nil.
    ///
    /// - Returns: a QDQ model that any ONNX runtime loads, with a report for each node.
    public func quantized(
        settings: QuantizationSettings = QuantizationSettings(), device: Device = .automatic, threads: Int? = nil,
        calibratingOn next: () throws -> [String: Tensor]?
    ) throws(HoneError) -> QuantizedModel {
        try checkIsOnePass(settings)
        let calibration = try calibrated(settings: settings, device: device, threads: threads, on: next)
        return try quantized(with: calibration, settings: settings)
    }

    /// Quantizes to int8 with what a calibration saw: no data are needed, and every method of choosing ranges can be tried.
    ///
    /// - Throws: `.invalidInput` for a calibration of another model, or without samples.
    public func quantized(
        with calibration: Calibration, settings: QuantizationSettings = QuantizationSettings()
    ) throws(HoneError) -> QuantizedModel {
        try checkIsOnePass(settings)
        let graph = try graph(of: calibration, settings)
        let quantizer = Quantizer(options: try settings.options(for: self.graph), evaluator: ReferenceBackend())
        let (quantized, report) = try quantizer.quantize(graph, calibration: calibration.record)
        return try quantizedModel(quantized, report, calibration)
    }

    /// - Throws: `.invalidOption` for a recipe that reads the data again.
    func checkIsOnePass(_ settings: QuantizationSettings) throws(HoneError) {
        guard settings.recipe == .fast else {
            throw HoneError(
                .invalidOption, "recipe \(settings.recipe.rawValue) reads the data again, and is given none",
                remedy: "calibrate first, then quantize with the calibration and the data, or use recipe fast")
        }
    }

    /// The graph to quantize.
    ///
    /// - Throws: `.invalidInput` for a calibration of another model, or without samples.
    func graph(
        of calibration: Calibration, _ settings: QuantizationSettings
    ) throws(HoneError) -> Graph {
        guard calibration.sampleCount > 0 else {
            throw HoneError(
                .invalidInput, "there are no samples to calibrate on",
                remedy: "give images of the kind the model will see")
        }
        let graph = try graphToQuantize(settings)
        guard calibration.record.model == graph.fingerprint else {
            throw HoneError(
                .invalidInput, "the calibration is of another model than this one",
                remedy: "calibrate this very file: 'hone calibrate MODEL --data D -o FILE.cal'")
        }
        return graph
    }

    /// What quantization made, with what the report says of it.
    func quantizedModel(
        _ graph: Graph, _ report: QuantizationReport, _ calibration: Calibration, _ recipe: RecipeReport? = nil
    ) throws(HoneError) -> QuantizedModel {
        try graph.validate()
        var quantized = QuantizedModel(graph, report, sampleCount: calibration.sampleCount)
        quantized.recipe = recipe.map { QuantizedModel.RecipeResult($0) }
        return quantized
    }

    /// The graph after the passes that calibration and quantization start from.
    ///
    /// - Throws: `.invalidOption` for a node to exclude that is not there, `.unsupported` for a quantized model.
    func graphToQuantize(_ settings: QuantizationSettings) throws(HoneError) -> Graph {
        _ = try NodeSelection(settings.excludedNodes.sorted(), in: self.graph)
        try checkIsFloat()
        var graph = self.graph
        try PassPipeline.portable.run(on: &graph, evaluator: ReferenceBackend())
        return graph
    }

    /// - Throws: `.unsupported` naming a node that computes on integers already.
    func checkIsFloat() throws(HoneError) {
        guard
            let node = graph.nodes.first(where: {
                $0.operatorType.hasPrefix("QLinear") || $0.operatorType == "QuantizeLinear"
            })
        else { return }
        throw HoneError(
            .unsupported, "the model is quantized already: it has node '\(node.name)' (\(node.operatorType))",
            remedy: "quantize the float model that it was made from")
    }
}
