import Evaluation
import Tensors

/// A model made small, with all that was measured on the way.
public struct OptimizedModel: Sendable {
    /// One form of the model.
    public struct Form: Sendable {
        /// `float`, `int8`, or `int8, all layers` for what a budget refused.
        public let name: String
        /// The model itself.
        public let model: Model
        /// Top-1 and top-5 accuracy in percent on the samples that measure; nil without labels.
        public internal(set) var top1: Double?
        /// Nil also where there are no more than five classes.
        public internal(set) var top5: Double?
        /// Against the float model on the same samples; nil for that one.
        public var loss: QuantizationLoss? { outputs.map { QuantizationLoss($0) } }
        /// On every device that could be measured, in the same order for each form.
        public internal(set) var timings: [Timing] = []
        package internal(set) var outputs: OutputLoss?

        init(_ name: String, _ model: Model) { (self.name, self.model) = (name, model) }
    }

    /// How fast one form is on one device.
    public struct Timing: Sendable {
        /// The device.
        public let device: Device
        /// Samples at a time.
        public let batch: Int
        /// Of one batch, in milliseconds.
        public let medianMilliseconds: Double
        /// What 90 % of the runs do not exceed.
        public let p90Milliseconds: Double
        package let result: BenchmarkResult

        init(_ result: BenchmarkResult) {
            self.result = result
            (device, batch) = (result.configuration.device, result.configuration.batch)
            (medianMilliseconds, p90Milliseconds) = (result.latency.median, result.latency.p90)
        }
    }

    /// What was read of some samples.
    struct Samples: Sendable {
        var name: String
        var count = 0
        var fingerprint: UInt64 = 0
        var isLabeled = false

        /// Counts a batch.
        mutating func add(_ batch: EvaluationData.Batch) {
            count += batch.sampleCount
            fingerprint &+= batch.fingerprint
            isLabeled = isLabeled || batch.labels != nil
        }
    }

    /// The quantized model, with what became of each node and why.
    public let quantized: QuantizedModel
    /// The record that its ranges come from.
    public let calibration: Calibration
    /// What a budget led to; nil without one.
    public let budgeted: BudgetedModel?
    /// The float model first, then what was made from it; the last one is `quantized`.
    public internal(set) var forms: [Form]
    /// Float against int8, value by value.
    public let comparison: ModelComparison
    /// What quantizing each layer alone costs; nil where nobody had to know, or asked.
    public let sensitivity: Sensitivity?
    /// What deserves a look: devices that could not be measured, data that are not finite.
    public internal(set) var notes: [String]

    let settings: OptimizationSettings
    let calibrationSamples: Samples
    let evaluationSamples: Samples
    /// What was done, with its wall time.
    var steps: [(name: String, seconds: Double)]
}
