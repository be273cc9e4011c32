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
        var calibrator = try calibrator(settings, on: try device.backend(threads: threads), threads: threads).calibrator
        do {
            for try await sample in samples { try calibrator.add(sample) }
        } catch {
            throw asHoneError(error)
        }
        return Calibration(record: calibrator.record)
    }

    /// The same with what `next` returns until it returns nil.
    public func calibrated(
        settings: QuantizationSettings = QuantizationSettings(), device: Device = .automatic, threads: Int? = nil,
        on next: () throws -> [String: Tensor]?
    ) throws(HoneError) -> Calibration {
        var calibrator = try calibrator(settings, on: try device.backend(threads: threads), threads: threads).calibrator
        do {
            while let sample = try next() { try calibrator.add(sample) }
        } catch {
            throw asHoneError(error)
        }
        return Calibration(record: calibrator.record)
    }
}

extension Model {
    /// What calibration runs: the model after the passes, with fusions that hide no value which is to be watched.
    ///
    /// - Parameter backend: where it runs.
    func calibrator(
        _ settings: QuantizationSettings, on backend: any Backend, threads: Int?
    ) throws(HoneError) -> (calibrator: Calibrator, session: Session, values: Set<String>) {
        let watched = try WatchedModel(
            calibrating: try graphToQuantize(settings), for: try settings.options(for: self.graph), on: backend,
            evaluator: ReferenceBackend())
        let check = try StepValidation.fromEnvironment(watched.running, threads: threads, precision: .float32)
        return (watched.calibrator(check: check), watched.session, watched.values)
    }
}

/// A source of samples may throw anything.
func asHoneError(_ error: any Error) -> HoneError {
    (error as? HoneError) ?? HoneError(.invalidInput, "the source of samples failed: \(error)")
}
