import ModelGraph
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

    /// What a recipe tried, and what it kept.
    public struct RecipeResult: Sendable {
        /// One way of quantizing.
        public struct Trial: Sendable {
            /// What was done, in a few words.
            public let name: String
            /// Signal-to-quantization-noise ratio of the outputs on calibration data, in decibels.
            public let signalToNoise: Double
            /// Divergence of the classes from the float model's on the same data, in nats; nil unless the model ends in a
            /// Softmax.
            public let divergence: Double?
            /// Whether this is what the model became.
            public let isKept: Bool
        }

        /// The recipe's name.
        public let name: String
        /// In the order of trying; the first is `fast`.
        public let trials: [Trial]
        /// How many samples trials were measured on, at most.
        public let sampleLimit: Int

        init(_ report: RecipeReport) {
            name = report.recipe.rawValue
            sampleLimit = report.sampleLimit
            trials = report.trials.map {
                Trial(
                    name: $0.name, signalToNoise: $0.decibels, divergence: $0.divergence, isKept: $0 == report.chosen)
            }
        }
    }

    /// The quantized model.
    public let model: Model
    /// Every node of the float graph, in order.
    public let layers: [Layer]
    /// How many samples calibration saw; 0 for dynamic quantization, which needs none.
    public let sampleCount: Int
    /// The whole report.
    package let report: QuantizationReport
    /// What the recipe tried; nil for `fast`.
    public var recipe: RecipeResult?

    init(_ graph: Graph, _ report: QuantizationReport, sampleCount: Int) {
        model = Model(graph: graph)
        layers = report.entries.map { entry in
            Layer(
                node: entry.node, operatorType: entry.operatorType, isQuantized: entry.outcome.isQuantized,
                reason: ([entry.outcome.description] + entry.notes).joined(separator: "; "))
        }
        self.sampleCount = sampleCount
        self.report = report
    }

    /// The same model with other words about its nodes.
    init(_ quantized: QuantizedModel, layers: [Layer]) {
        (model, self.layers) = (quantized.model, layers)
        (sampleCount, report, recipe) = (quantized.sampleCount, quantized.report, quantized.recipe)
    }

    /// How scales were chosen, in one line.
    public var method: String { report.summary }

    /// What deserves a look: data that is not finite, weight scales that had to be raised.
    public var warnings: [String] {
        let nonFinite = report.activations.filter { $0.nonFiniteCount > 0 }.map {
            "calibration met \($0.nonFiniteCount) NaN or infinite value(s) in '\($0.value)', and left them out"
        }
        let raised = report.entries.compactMap { entry in
            entry.weights.flatMap { weights in
                weights.raisedChannels.isEmpty
                    ? nil
                    : "node '\(entry.node)': \(weights.raisedChannels.count) weight scale(s) raised so that the bias fits int32"
            }
        }
        return nonFinite + raised
    }
}
