import ModelGraph
import Optimizers
import ReferenceBackend
import Runtime
import Tensors

extension Model {
    /// Runs the float model over samples as they come, and keeps what quantization needs to know of its values.
    ///
    /// - Parameters:
    ///   - samples: feeds for the model's inputs, one batch each. Their order and the size of batches change nothing.
    ///   - settings: which nodes will stay in floating point; how ranges are chosen does not matter yet.
    ///   - device: where the model runs.
    ///   - threads: how many threads the device may use on the host; nil for one a core.
    /// - Throws: what a run throws for a sample that does not fit the model.
    public func calibrated<Samples: AsyncSequence>(
        on samples: Samples, settings: QuantizationSettings = QuantizationSettings(), device: Device = .automatic,
        threads: Int? = nil
    ) async throws(HoneError) -> Calibration where Samples.Element == [String: Tensor] {
        var run = try CalibrationRun(self, settings: settings, device: device, threads: threads)
        do {
            for try await sample in samples { try run.calibrator.add(sample) }
        } catch {
            throw CalibrationRun.asHoneError(error)
        }
        return Calibration(record: run.calibrator.record)
    }

    /// The same with what `next` returns until it returns nil.
    public func calibrated(
        settings: QuantizationSettings = QuantizationSettings(), device: Device = .automatic, threads: Int? = nil,
        on next: () throws -> [String: Tensor]?
    ) throws(HoneError) -> Calibration {
        var run = try CalibrationRun(self, settings: settings, device: device, threads: threads)
        do {
            while let sample = try next() { try run.calibrator.add(sample) }
        } catch {
            throw CalibrationRun.asHoneError(error)
        }
        return Calibration(record: run.calibrator.record)
    }
}

/// A float model made ready to be run and watched.
private struct CalibrationRun {
    var calibrator: Calibrator

    init(_ model: Model, settings: QuantizationSettings, device: Device, threads: Int?) throws(HoneError) {
        let graph = try model.graphToQuantize(settings)
        let quantizer = Quantizer(options: try settings.options(), evaluator: ReferenceBackend())
        let values = try quantizer.valuesToCalibrate(in: graph)
        var running = graph
        try PassPipeline.calibration.run(on: &running, keeping: values, evaluator: ReferenceBackend())
        let session = try Session(running, backend: try device.backend(threads: threads), evaluator: ReferenceBackend())
        calibrator = Calibrator(
            session: session, values: values, model: graph.fingerprint,
            check: try StepValidation.fromEnvironment(running, threads: threads))
    }

    static func asHoneError(_ error: any Error) -> HoneError {
        (error as? HoneError) ?? HoneError(.invalidInput, "the source of samples failed: \(error)")
    }
}
