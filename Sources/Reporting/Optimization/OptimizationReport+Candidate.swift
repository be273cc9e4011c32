extension OptimizationReport {
    /// One form of the model.
    package struct Candidate: Sendable {
        /// What kind of numbers it computes with, which decides how plots mark it.
        package enum Kind: String, Sendable {
            case float
            case int8
            case pruned
        }

        package var kind: Kind
        /// As the report calls it, for instance `int8`.
        package var name: String
        /// The same in a few letters, for plots: the name unless said otherwise.
        package var label: String
        /// Without its folder.
        package var fileName: String
        package var byteCount: Int
        /// Of the file compressed with zlib, which finds the zeros; nil if it was not looked at.
        package var compressedByteCount: Int?
        /// Top-1 and top-5 accuracy in percent; nil without labels (and top-5 where it says nothing, as with few classes).
        package var top1: Double?
        package var top5: Double?
        /// Against the first candidate; nil for that one, or if neither was evaluated.
        package var comparison: Comparison?
        /// On each device in each configuration, in the same order for each candidate.
        package var timings: [Timing] = []
        /// How it was pruned; nil for a dense one.
        package var pruning: Pruning?
        /// Whether it holds the budget; nil without one, and for the first candidate.
        package var margin: Margin?

        package init(kind: Kind, name: String, fileName: String, byteCount: Int) {
            self.kind = kind
            self.name = name
            label = name
            self.fileName = fileName
            self.byteCount = byteCount
        }
    }

    /// A candidate against the first one, on the same samples.
    package struct Comparison: Sendable {
        package var sampleCount: Int
        /// The drop of top-1 accuracy in percentage points, negative for a gain; nil without labels.
        package var drop: Double?
        /// Its paired 95 % interval.
        package var interval: ClosedRange<Double>?
        /// Samples that only the first has right; nil without labels.
        package var lostCount: Int?
        /// Samples that only this one has right; nil without labels.
        package var gainedCount: Int?
        /// The share of samples with the same highest score, in percent.
        package var agreement: Double?
        /// The mean Kullback-Leibler divergence of its classes from the first's, in nats.
        package var klDivergence: Double?
        /// Signal-to-quantization-noise ratio of the first output, in decibels; infinite where nothing differs.
        package var signalToNoise: Double?

        package init(sampleCount: Int) { self.sampleCount = sampleCount }
    }

    /// How fast a candidate is in one configuration.
    package struct Timing: Sendable {
        /// As `--device` has it, for instance `cpu` or `opencl:0`.
        package var device: String
        /// The device's own name.
        package var deviceName: String
        /// Nil for a device without threads of its own to choose.
        package var threads: Int?
        /// Samples at a time.
        package var batch: Int
        /// Of one batch, in milliseconds.
        package var median: Double
        package var p90: Double
        /// Samples a second at the median.
        package var imagesPerSecond: Double
        /// Timed runs.
        package var runCount: Int?

        package init(
            device: String, deviceName: String, threads: Int?, batch: Int, median: Double, p90: Double,
            imagesPerSecond: Double, runCount: Int? = nil
        ) {
            self.device = device
            self.deviceName = deviceName
            self.threads = threads
            self.batch = batch
            self.median = median
            self.p90 = p90
            self.imagesPerSecond = imagesPerSecond
            self.runCount = runCount
        }
    }

    /// How much a model was allowed to lose, and what was tried to hold it.
    package struct Budget: Sendable {
        /// One count of float layers.
        package struct Attempt: Sendable {
            package var floatLayerCount: Int
            /// In percentage points; nil without labels.
            package var drop: Double?
            /// In nats.
            package var klDivergence: Double?
            package var holds: Bool

            package init(floatLayerCount: Int, drop: Double?, klDivergence: Double?, holds: Bool) {
                self.floatLayerCount = floatLayerCount
                self.drop = drop
                self.klDivergence = klDivergence
                self.holds = holds
            }
        }

        /// In words, for instance `1.0 pp`.
        package var description: String
        /// The drop of top-1 accuracy that is allowed, in percentage points; nil for a budget in divergence.
        package var allowedDrop: Double?
        /// In order of trying.
        package var attempts: [Attempt]

        package init(description: String, attempts: [Attempt]) {
            self.description = description
            self.attempts = attempts
        }
    }
}
