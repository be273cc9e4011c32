import Optimizers
import Tensors

/// A quantized model with what happened to each of its nodes.
public struct QuantizedModel: Sendable {
    /// What became of one node.
    public struct Layer: Sendable {
        /// The node's name.
        public let node: String
        /// Its operator.
        public let operatorType: String
        /// Whether it computes on integers now.
        public let isQuantized: Bool
        /// How, or why not.
        public let reason: String
    }

    /// The quantized model.
    public let model: Model
    /// Every node of the float graph, in order.
    public let layers: [Layer]
    /// How many samples calibration saw.
    public let sampleCount: Int
    /// The whole report.
    package let report: QuantizationReport
}
