import Optimizers
import Tensors

/// How a model is quantized.
public struct QuantizationSettings: Sendable {
    /// How the range of an activation is chosen from what calibration saw.
    public enum Method: Sendable, Hashable {
        /// From the smallest to the largest value.
        case minMax
        /// The range that this share of the values (in percent, such as 99.99) falls into.
        case percentile(Double)
        /// The range with the smallest mean squared quantization error.
        case meanSquaredError
    }

    /// How much is done for accuracy.
    public enum Recipe: String, Sendable, CaseIterable {
        /// Ranges from what calibration saw, weights rounded to nearest.
        case fast
        /// Reads some of the data again: rounding that makes up for its errors, corrected biases; kept if they measure better.
        case balanced
        /// Reads more of the data, also tries equalized channels and other methods for ranges, and keeps what measures best.
        case best
    }

    /// How ranges are chosen.
    public var method: Method
    /// One weight scale for a whole tensor instead of one for each output channel.
    public var perTensor: Bool
    /// Names of nodes that stay in floating point.
    public var excludedNodes: Set<String>
    /// How much is done for accuracy; all but `fast` need the data again.
    public var recipe = Recipe.fast
    /// What the second reading of the data may hold in memory beside the models, in bytes.
    public var memoryLimit = 1 << 30

    /// The defaults: mean squared error, per channel, every node.
    public init(method: Method = .meanSquaredError, perTensor: Bool = false, excludedNodes: Set<String> = []) {
        self.method = method
        self.perTensor = perTensor
        self.excludedNodes = excludedNodes
    }

    func options() throws(HoneError) -> QuantizationOptions {
        var options = QuantizationOptions()
        options.perTensorWeights = perTensor
        options.excludedNodes = excludedNodes
        switch method {
        case .minMax: options.estimator = MinMaxRange()
        case .meanSquaredError: options.estimator = MeanSquaredErrorRange()
        case .percentile(let percentage): options.estimator = try PercentileRange(percentage)
        }
        return options
    }
}
