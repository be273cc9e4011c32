/// How far an optimization has come: one call when a step begins, and one for each unit of work that is done.
public struct OptimizationProgress: Sendable, Equatable {
    /// What is being done; `search` for a budget alone, `rank` for one that does not hold at once, or where it is asked for.
    public enum Step: String, Sendable, CaseIterable {
        /// Weights become zero; `pruning` says what of it.
        case prune
        case calibrate
        case quantize
        /// Each layer alone is quantized, and its cost measured.
        case rank
        /// Models with some layers in floating point are measured.
        case search
        case evaluate
        case compare
        case benchmark
        /// The result against the reference, a device at a time.
        case verify
    }

    /// The step.
    public let step: Step
    /// Batches done in this step; models on devices for `benchmark`. 0 when it begins.
    public let done: Int
    /// Of how many; 0 where that is not known.
    public let total: Int
    /// How many layers stay in floating point, in `search`.
    public var floatLayers: Int?
    /// The level of pruning that is being made, such as `50 %`; nil for the dense model, and for what all are in.
    public var level: String?
    /// How far pruning has come, in `prune`; `done` and `total` are its.
    public var pruning: QuantizationProgress?
}
