/// How much is done for accuracy.
package enum QuantizationRecipe: String, Sendable, CaseIterable {
    /// Rounds to nearest, with ranges from the calibration record alone.
    case fast
    /// Compensated rounding, bias correction and fitted batch normalizations, from a second reading of some of the data; kept
    /// if they measure better.
    case balanced
    /// Also tries equalized channels and other estimators of ranges, from more of the data, and keeps what measures best.
    case best

    /// How many samples each part reads, at most.
    struct Samples {
        let rounding: Int
        let correction: Int
        let measuring: Int
    }

    var samples: Samples {
        switch self {
        case .fast: Samples(rounding: 0, correction: 0, measuring: 0)
        case .balanced: Samples(rounding: 64, correction: 32, measuring: 64)
        case .best: Samples(rounding: 256, correction: 64, measuring: 128)
        }
    }
}

/// What a recipe tried, and what it kept.
package struct RecipeReport: Sendable {
    /// One way of quantizing.
    package struct Trial: Sendable, Equatable {
        /// What it does, in a few words.
        package let name: String
        /// Its signal-to-quantization-noise ratio at the outputs.
        package let decibels: Double
        /// The divergence of its classes from the float model's, in nats; nil unless the model ends in a Softmax.
        package let divergence: Double?
    }

    package let recipe: QuantizationRecipe
    /// In the order of trying; the first is `fast`.
    package let trials: [Trial]
    /// The one that was kept.
    package let chosen: Trial?
    /// Samples that the trials were measured on, at most.
    package let sampleLimit: Int
}
