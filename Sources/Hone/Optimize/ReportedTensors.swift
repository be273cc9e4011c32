import Optimizers
import Reporting

extension OptimizedModel {
    /// Every value that is quantized, with its histogram of calibration and the range that was chosen.
    func reportedTensors() -> [OptimizationReport.Tensor] {
        quantized.report.activations.compactMap { activation in
            guard let seen = calibration.record[activation.value] else { return nil }
            let histogram = seen.histogram
            var tensor = OptimizationReport.Tensor(
                name: activation.value,
                histogram: OptimizationReport.Histogram(
                    lowerEdge: histogram.bounds(ofBin: 0).lower, width: histogram.binWidth, counts: histogram.counts),
                zeroCount: seen.zeroCount, extremes: seen.extremes, low: activation.range.low,
                high: activation.range.high, scale: activation.quantization.scale,
                zeroPoint: Int(activation.quantization.zeroPoint))
            tensor.nanCount = seen.nanCount
            tensor.infinityCount = seen.positiveInfinityCount + seen.negativeInfinityCount
            tensor.sharedWith = activation.sharedWith == activation.value ? nil : activation.sharedWith
            return tensor
        }
    }

    /// Whether a recipe scaled channels, so that the histograms of some values are not those of the final model.
    var isEqualized: Bool {
        quantized.report.entries.contains { $0.notes.contains { $0.hasPrefix("channels equalized") } }
    }
}
