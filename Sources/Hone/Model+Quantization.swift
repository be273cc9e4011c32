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
        var run = try CalibrationRun(self, settings: settings, device: device, threads: threads)
        do {
            for try await sample in samples { try run.add(sample) }
        } catch {
            throw CalibrationRun.asHoneError(error)
        }
        return try run.finish()
    }

    /// Quantizes to int8, calibrating on what `next` returns until it returns nil.
    ///
    /// - Returns: a QDQ model that any ONNX runtime loads, with a report for each node.
    public func quantized(
        settings: QuantizationSettings = QuantizationSettings(), device: Device = .automatic, threads: Int? = nil,
        calibratingOn next: () throws -> [String: Tensor]?
    ) throws(HoneError) -> QuantizedModel {
        var run = try CalibrationRun(self, settings: settings, device: device, threads: threads)
        do {
            while let sample = try next() { try run.add(sample) }
        } catch {
            throw CalibrationRun.asHoneError(error)
        }
        return try run.finish()
    }
}

extension Model {
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

/// One quantization: the portable passes, calibration feed by feed, then the quantizer.
private struct CalibrationRun {
    private let graph: Graph
    private let quantizer: Quantizer
    private var calibrator: Calibrator
    private var sampleCount = 0

    init(_ model: Model, settings: QuantizationSettings, device: Device, threads: Int?) throws(HoneError) {
        for name in settings.excludedNodes.sorted() where !model.graph.nodes.contains(where: { $0.name == name }) {
            throw HoneError(
                .invalidOption, "the model has no node '\(name)' to exclude",
                remedy: "'hone inspect --plan' lists the names")
        }
        try model.checkIsFloat()
        var graph = model.graph
        try PassPipeline.portable.run(on: &graph, evaluator: ReferenceBackend())
        quantizer = Quantizer(options: try settings.options(), evaluator: ReferenceBackend())
        let session = try Session(graph, backend: try device.backend(threads: threads), evaluator: ReferenceBackend())
        calibrator = Calibrator(session: session, values: try quantizer.valuesToCalibrate(in: graph))
        self.graph = graph
    }

    mutating func add(_ feed: [String: Tensor]) throws(HoneError) {
        try calibrator.add(feed)
        sampleCount += feed.values.compactMap { $0.shape.first }.max() ?? 1
    }

    func finish() throws(HoneError) -> QuantizedModel {
        guard sampleCount > 0 else {
            throw HoneError(
                .invalidInput, "there are no samples to calibrate on",
                remedy: "give images of the kind the model will see")
        }
        let (quantized, report) = try quantizer.quantize(graph, calibration: calibrator.record)
        try quantized.validate()
        let layers = report.entries.map { entry in
            QuantizedModel.Layer(
                node: entry.node, operatorType: entry.operatorType, isQuantized: entry.outcome.isQuantized,
                reason: entry.outcome.description)
        }
        return QuantizedModel(model: Model(graph: quantized), layers: layers, sampleCount: sampleCount, report: report)
    }

    static func asHoneError(_ error: any Error) -> HoneError {
        (error as? HoneError) ?? HoneError(.invalidInput, "the source of samples failed: \(error)")
    }
}
