import Evaluation
import Tensors

/// A model made small, with all that was measured on the way.
public struct OptimizedModel: Sendable {
    /// One form of the model.
    public struct Form: Sendable {
        /// What it computes with.
        public enum Kind: Sendable {
            case float
            case int8
            /// On integers, with weights that pruning made zero.
            case pruned
        }

        /// What it computes with.
        public let kind: Kind
        /// `float`, `int8`, `int8, all layers` for what a budget refused, or such as `int8, 50 % pruned`.
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
        /// Whether it holds the budget, and if not, how far it is from it; nil without one, and for the float model.
        public internal(set) var margin: BudgetMargin?
        /// What pruning made of the layers, before quantization; nil for a dense form.
        public let pruned: PrunedModel?
        package internal(set) var outputs: OutputLoss?
        let level: PruningLevel?

        init(_ kind: Kind, _ name: String, _ model: Model, _ pruned: PrunedModel? = nil, _ level: PruningLevel? = nil) {
            (self.kind, self.name, self.model) = (kind, name, model)
            (self.pruned, self.level) = (pruned, level)
        }
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

    /// The result on one device held against the reference.
    struct Verification: Sendable {
        let device: Device
        let sampleCount: Int
        let nodeCount: Int
        let differingCount: Int
        let isWithinBounds: Bool

        init(device: Device, sampleCount: Int, _ report: VerificationReport) {
            (self.device, self.sampleCount, nodeCount) = (device, sampleCount, report.nodes.count)
            differingCount = report.nodes.count { !$0.isEqual }
            isWithinBounds = report.isWithinBounds
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

    /// The result: a quantized model, with what became of each node and why.
    public let quantized: QuantizedModel
    /// The record that its ranges come from: of the float model, or of the pruned one in `forms[chosen].pruned`.
    public let calibration: Calibration
    /// What a budget led to for the dense model; nil without one.
    public let budgeted: BudgetedModel?
    /// The float model first, then what was made from it: dense int8, and the levels of pruning.
    public internal(set) var forms: [Form]
    /// The position of the result among them.
    public let chosen: Int
    /// Why it is that one.
    package let choice: FormChoice.Reason
    /// The position of the dense int8 model.
    public let dense: Int
    /// The result against the same in floating point, pruned or not, value by value.
    public let comparison: ModelComparison
    /// What quantizing each layer of the model as it came alone costs; nil where nobody had to know, or asked.
    public let sensitivity: Sensitivity?
    let verifications: [Verification]
    /// What deserves a look: devices that could not be measured, data that are not finite.
    public internal(set) var notes: [String]

    let settings: OptimizationSettings
    let calibrationSamples: Samples
    let evaluationSamples: Samples
    /// What was done, with its wall time.
    var steps: [(name: String, seconds: Double)]
}
