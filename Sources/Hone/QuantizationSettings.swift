import ModelGraph
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
        /// The range with the smallest mean of a power of the error, from 1 to 8.
        case meanPowerError(norm: Double)
        /// The mean over samples of the smallest and of the largest value.
        case meanMinMax
        /// The range with the smallest Kullback-Leibler divergence of the quantized distribution from the one seen.
        case kullbackLeibler
    }

    /// The 8-bit type of activations in the file. Both give the same accuracy; some devices take only one.
    public enum ActivationType: String, Sendable, Hashable, CaseIterable {
        case uint8 = "u8"
        case int8 = "s8"
    }

    /// How the file spells integer arithmetic.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// Float operators between QuantizeLinear and DequantizeLinear.
        case qdq
        /// QLinearConv, QLinearMatMul and operators that move integers; QDQ where ai.onnx has no integer operator.
        case qoperator
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
    /// Nodes that stay in floating point: names, globs such as `block1/*`, or operators such as `type:Conv`.
    public var excludedNodes: Set<String>
    /// The type of activations.
    public var activations = ActivationType.uint8
    /// Whether zero lies in the middle of every activation's grid, as some accelerators need; costs a bit after a Relu.
    public var symmetricActivations = false
    /// How the file spells integer arithmetic.
    public var format = Format.qdq
    /// Operators that `Model.dynamicallyQuantized` turns into integer products: of Conv, Gemm and MatMul.
    public var dynamicTypes: Set<String> = ["Gemm", "MatMul"]
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

    /// - Parameter graph: the model as its file has it, in which patterns are looked up.
    /// - Throws: `.invalidOption` for a pattern that matches nothing, or a number out of range.
    func options(for graph: Graph) throws(HoneError) -> QuantizationOptions {
        var options = QuantizationOptions()
        options.perTensorWeights = perTensor
        let excluded = try NodeSelection(excludedNodes.sorted(), in: graph)
        (options.excludedNodes, options.excludedOperators) = (excluded.nodes, excluded.operators)
        options.format = format == .qdq ? .qdq : .qoperator
        switch (activations, symmetricActivations) {
        case (.uint8, false): options.activationType = .uint8
        case (.uint8, true): options.activationType = .symmetricUInt8
        case (.int8, false): options.activationType = .int8
        case (.int8, true): options.activationType = .symmetricInt8
        }
        switch method {
        case .minMax: options.estimator = MinMaxRange()
        case .meanSquaredError: options.estimator = MeanSquaredErrorRange()
        case .meanPowerError(let norm): options.estimator = try MeanSquaredErrorRange(norm: norm)
        case .meanMinMax: options.estimator = MeanMinMaxRange()
        case .kullbackLeibler: options.estimator = KullbackLeiblerRange()
        case .percentile(let percentage): options.estimator = try PercentileRange(percentage)
        }
        return options
    }
}
