extension OptimizationReport {
    /// One node of the float model and what became of it.
    package struct Layer: Sendable {
        /// The node's name; as the model has it, which may be anything.
        package var name: String
        package var operatorType: String
        /// Whether it computes on integers now.
        package var isQuantized: Bool
        /// How, or why not.
        package var reason: String
        /// The name of its output in the float model; finds its histogram among `tensors`.
        package var value: String?
        /// Of its output, in decibels: infinite where nothing differs, minus infinity for noise over zeros, nil if not compared.
        package var signalToNoise: Double?
        /// The cosine of the angle between both outputs.
        package var cosine: Double?
        /// The share of its output's elements that saturation changed, in percent.
        package var saturated: Double?
        /// What the model loses when this layer alone is quantized; nil if that was not measured.
        package var alone: Comparison?
        /// The time of its step in milliseconds; nil where it was fused into another one or not timed.
        package var floatMilliseconds: Double?
        package var int8Milliseconds: Double?
        /// The share of weight blocks that the kernels of the chosen int8 model compute with, in percent, as measured; nil where
        /// there are none.
        package var density: Double?
        /// Of the layer pruned, in the chosen model: see `PrunedLayer.errorRefitted`; nil where it was not pruned or measured.
        package var pruningError: Double?
        /// What pruning decided of it, and why; nil where the chosen model is dense.
        package var pruningReason: String?
        package var weights: Weights?
        /// Of its output; nil if that is not quantized.
        package var outputScale: Float?
        package var outputZeroPoint: Int?

        package init(name: String, operatorType: String, isQuantized: Bool, reason: String) {
            self.name = name
            self.operatorType = operatorType
            self.isQuantized = isQuantized
            self.reason = reason
        }
    }

    /// The weights of a layer.
    package struct Weights: Sendable {
        package var floatByteCount: Int
        /// In the quantized file; as many as before if they stayed float.
        package var int8ByteCount: Int
        /// One for each channel or one for all; nil if they stayed float.
        package var scales: Summary?
        /// The largest magnitude of each output channel, before; nil if it was not looked at.
        package var channelMaxima: Summary?
        /// Nil if it was not looked at.
        package var distribution: WeightDistribution?

        package init(floatByteCount: Int, int8ByteCount: Int) {
            self.floatByteCount = floatByteCount
            self.int8ByteCount = int8ByteCount
        }
    }

    /// Many numbers in a few words.
    package struct Summary: Sendable, Equatable {
        package let count: Int
        package let smallest: Float
        /// The lower one of two in the middle.
        package let median: Float
        package let largest: Float

        /// - Returns: nil if there is no finite value.
        package init?(of values: [Float]) {
            let sorted = values.filter(\.isFinite).sorted()
            guard let first = sorted.first, let last = sorted.last else { return nil }
            (count, smallest, largest) = (sorted.count, first, last)
            median = sorted[(sorted.count - 1) / 2]
        }
    }
}
