import Evaluation
import ModelGraph
import Tensors

/// What a quantized model's first output lost against the float one's.
public struct QuantizationLoss: Sendable, Equatable {
    /// Samples that were run.
    public let sampleCount: Int
    /// Samples whose scores are not all finite in both models: they are in no divergence.
    public let nonFiniteCount: Int
    /// The mean Kullback-Leibler divergence of the quantized classes from the float ones, in nats. Scores of a model that
    /// ends in a softmax are taken as probabilities (below 1e-7 as 1e-7), all others as logits.
    public let klDivergence: Double?
    /// Signal-to-quantization-noise ratio in decibels; infinite where nothing differs.
    public let signalToNoise: Double?
    /// The share of samples with the same highest score, in percent.
    public let agreement: Double?
    /// The drop of top-1 accuracy in percentage points, negative for a gain; nil without labels.
    public let drop: Double?
    /// Its paired 95 % interval.
    public let dropInterval: ClosedRange<Double>?

    init(_ loss: OutputLoss) {
        (sampleCount, nonFiniteCount) = (loss.sampleCount, loss.nonFiniteCount)
        (klDivergence, signalToNoise) = (loss.klDivergence, loss.values.signalToNoise)
        (agreement, drop, dropInterval) = (loss.paired.agreement, loss.paired.drop, loss.paired.interval)
    }
}

/// A float model and the quantized one made from it, value by value over the same samples.
public struct ModelComparison: Sendable {
    /// One channel of a value, and its signal-to-quantization-noise ratio in decibels.
    public struct Channel: Sendable, Equatable {
        /// Its index in the second dimension.
        public let index: Int
        /// Minus infinity where noise stands against zeros.
        public let signalToNoise: Double
    }

    /// A value that both models compute.
    public struct Layer: Sendable, Equatable {
        /// The node of the float model that makes it, whose clamp or bias may come between; nil for an input.
        public let node: String?
        /// That node's operator; nil for an input.
        public let operatorType: String?
        /// The value's name in the float model.
        public let value: String
        /// Whether the quantized model holds it as integers.
        public let isQuantized: Bool
        /// Elements compared.
        public let elementCount: Int
        /// Signal-to-quantization-noise ratio in decibels; infinite where nothing differs, minus infinity for noise over
        /// zeros, nil where no element is finite.
        public let signalToNoise: Double?
        /// How many decibels the ratio is below the lowest of the values that this one is made from, of which each counts
        /// as 40 dB at most; infinite where this value gained or lost NaNs or infinities.
        public let lossAgainstSources: Double?
        /// How many layers with weights lie between those values and this one, its own included; more than one where what is
        /// between has a name in one model only.
        public let weightedLayerCount: Int
        /// The cosine of the angle between both; nil where one is all zero.
        public let cosine: Double?
        /// The mean difference.
        public let meanError: Double?
        /// The largest difference.
        public let maximumError: Double
        /// The channels with the lowest ratio, worst first, three at most.
        public let worstChannels: [Channel]
        /// The share of elements, in percent, at the lowest integer; 0 where it is float.
        public let lowestPercent: Double
        /// The same for the highest integer.
        public let highestPercent: Double
        /// The share of elements, in percent, that are there because their real value is out of range by more than half a
        /// step: what saturation really changed.
        public let saturatedPercent: Double
        /// Elements that are NaN or infinite on either side. They are in no other figure.
        public let nonFiniteCount: Int
        /// Those of them that differ.
        public let mismatchCount: Int
    }

    /// In the order of the float model.
    public let layers: [Layer]
    /// The position in `layers` of the first that loses more than `threshold` against what it is made from.
    public let firstDivergence: Int?
    /// In decibels.
    public let threshold: Double
    /// What the first output lost.
    public let loss: QuantizationLoss

    init(_ comparison: LayerComparison, threshold: Double) {
        let compared = comparison.pairing.pairs.indices.filter { comparison.values[$0].elementCount > 0 }
        layers = compared.map { position in
            let (pair, value) = (comparison.pairing.pairs[position], comparison.values[position])
            func percent(_ count: Int) -> Double { 100 * Double(count) / Double(value.elementCount) }
            return Layer(
                node: pair.node.map { $0.name.isEmpty ? pair.value : $0.name }, operatorType: pair.node?.qualifiedType,
                value: pair.value, isQuantized: pair.integers != nil, elementCount: value.elementCount,
                signalToNoise: value.signalToNoise, lossAgainstSources: comparison.lossAgainstSources(position),
                weightedLayerCount: pair.weightedNodeCount, cosine: value.cosine, meanError: value.meanError,
                maximumError: value.maximumError,
                worstChannels: value.worstChannels(3).map {
                    Channel(index: $0.index, signalToNoise: $0.signalToNoise)
                },
                lowestPercent: percent(value.lowestCount), highestPercent: percent(value.highestCount),
                saturatedPercent: percent(value.saturatedCount), nonFiniteCount: value.nonFiniteCount,
                mismatchCount: value.mismatchCount)
        }
        firstDivergence = comparison.firstDivergence(drop: threshold).flatMap { compared.firstIndex(of: $0) }
        self.threshold = threshold
        loss = QuantizationLoss(comparison.loss)
    }
}
