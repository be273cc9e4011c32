extension OptimizationReport {
    /// How the models were made: what another person needs to make them again.
    package struct Provenance: Sendable {
        /// The command line as typed.
        package var command: String
        package var honeVersion: String
        /// When, in ISO 8601 with the offset from UTC; handed in, so that equal runs can make equal reports.
        package var date: String
        /// The processor's own name.
        package var processor: String
        /// Nil where it is not known.
        package var operatingSystem: String?
        /// What calibrated; nil for quantization without data.
        package var calibration: DataSource?
        /// What accuracy was measured on; nil if it was not.
        package var evaluation: DataSource?
        package var recipe: Recipe?
        /// How ranges and scales were chosen and all else that was set, in the order to be shown.
        package var settings: [Setting] = []
        /// What was done, in order, with its wall time.
        package var steps: [Step] = []

        package init(command: String, honeVersion: String, date: String, processor: String) {
            self.command = command
            self.honeVersion = honeVersion
            self.date = date
            self.processor = processor
        }
    }

    /// Samples that were read.
    package struct DataSource: Sendable {
        /// The path or a description.
        package var description: String
        package var sampleCount: Int
        /// A hash of the samples, for instance `sha256:...`; nil if none was computed.
        package var hash: String?
        /// Whether labels were there.
        package var isLabeled: Bool

        package init(description: String, sampleCount: Int, hash: String? = nil, isLabeled: Bool = false) {
            self.description = description
            self.sampleCount = sampleCount
            self.hash = hash
            self.isLabeled = isLabeled
        }
    }

    /// A recipe and what it tried.
    package struct Recipe: Sendable {
        /// One way of quantizing.
        package struct Trial: Sendable {
            package var name: String
            /// Signal-to-quantization-noise ratio of the outputs on calibration data, in decibels.
            package var signalToNoise: Double
            /// Whether the model became this.
            package var isKept: Bool

            package init(name: String, signalToNoise: Double, isKept: Bool) {
                self.name = name
                self.signalToNoise = signalToNoise
                self.isKept = isKept
            }
        }

        /// `fast`, `balanced` or `best`.
        package var name: String
        /// In the order of trying; empty for `fast`.
        package var trials: [Trial]

        package init(name: String, trials: [Trial] = []) { (self.name, self.trials) = (name, trials) }
    }

    /// One setting with its value.
    package struct Setting: Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// One step of the work.
    package struct Step: Sendable {
        package var name: String
        /// Wall time.
        package var seconds: Double

        package init(_ name: String, seconds: Double) { (self.name, self.seconds) = (name, seconds) }
    }
}
