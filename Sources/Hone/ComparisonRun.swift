import Evaluation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors

extension Model {
    /// Runs this float model and a quantized one made from it over the same samples, and compares every value that both
    /// compute: where accuracy is lost, and which layer loses it first.
    ///
    /// Values are matched by their names, which quantizers keep, with a suffix or not. Memory does not grow with the samples,
    /// and no figure depends on the size of batches or the number of threads.
    ///
    /// - Parameters:
    ///   - quantized: QDQ or QOperator, of Hone or another tool.
    ///   - threshold: how many decibels a layer may lose against what it reads before it counts as diverging.
    ///   - device: where both run.
    ///   - threads: how many threads the device may use on the host; nil for one a core.
    ///   - next: gives feeds for this model's inputs, one batch each, and nil at the end.
    /// - Throws: `.invalidInput` if there is no sample, or the two cannot be forms of one network.
    public func compare(
        with quantized: Model, threshold: Double = 10, device: Device = .automatic, threads: Int? = nil,
        on next: () throws -> [String: Tensor]?
    ) throws(HoneError) -> ModelComparison {
        var comparison = try comparison(with: quantized, device: device, threads: threads)
        do {
            while let sample = try next() { try comparison.add(sample) }
        } catch {
            throw asHoneError(error)
        }
        return try result(of: comparison, threshold)
    }

    /// The same with samples as they come.
    public func compare<Samples: AsyncSequence>(
        with quantized: Model, on samples: Samples, threshold: Double = 10, device: Device = .automatic,
        threads: Int? = nil
    ) async throws(HoneError) -> ModelComparison where Samples.Element == [String: Tensor] {
        var comparison = try comparison(with: quantized, device: device, threads: threads)
        do {
            for try await sample in samples { try comparison.add(sample) }
        } catch {
            throw asHoneError(error)
        }
        return try result(of: comparison, threshold)
    }

    private func comparison(
        with quantized: Model, device: Device, threads: Int?
    ) throws(HoneError) -> LayerComparison {
        try checkIsFloat()
        return try LayerComparison(
            float: graph, quantized: quantized.graph, on: try device.backend(threads: threads),
            evaluator: ReferenceBackend())
    }

    private func result(of comparison: LayerComparison, _ threshold: Double) throws(HoneError) -> ModelComparison {
        guard comparison.loss.sampleCount > 0 else {
            throw HoneError(.invalidInput, "there are no samples to compare the models on")
        }
        return ModelComparison(comparison, threshold: threshold)
    }
}
