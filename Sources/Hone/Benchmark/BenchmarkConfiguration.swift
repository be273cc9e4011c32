import CPUBackend
import Tensors

/// One way to run a model that is measured.
package struct BenchmarkConfiguration: Sendable, Hashable {
    package let device: Device
    /// The instruction set, for the cpu device; nil for what `HONE_ISA` says, or the fastest.
    package let isa: String?
    package let threads: Int
    /// How many samples are run at a time.
    package let batch: Int
    /// Of float convolutions and matrix products.
    package let precision: FloatPrecision

    package init(
        device: Device, isa: String? = nil, threads: Int, batch: Int = 1, precision: FloatPrecision = .float32
    ) {
        self.device = device
        self.isa = isa
        self.threads = threads
        self.batch = batch
        self.precision = precision
    }

    /// The instruction set that kernels use; for devices without a choice of their own, the fastest of this processor,
    /// whose peak they are held against.
    var instructionSet: InstructionSet {
        get throws(HoneError) {
            if let isa { return try InstructionSet.named(isa) }
            return device == .cpu ? try InstructionSet.chosen() : InstructionSet.available.first ?? .scalar
        }
    }

    /// - Throws: `.device` if there is no instruction set of that name, or this processor does not run it.
    package static func checkInstructionSet(_ name: String) throws(HoneError) { _ = try InstructionSet.named(name) }
}

/// How long and on what a benchmark measures.
package struct BenchmarkSettings: Sendable {
    /// How many timed runs of each configuration; nil for as many as fit into `seconds`.
    package var runs: Int?
    /// How long each configuration is timed, if `runs` is nil.
    package var seconds = 2.0
    /// Shapes of inputs whose dimensions are open.
    package var shapes: [String: [Int]] = [:]
    /// The device whose outputs every other one's must equal before anything is timed; nil for none.
    package var verification: Device?

    package init() {}
}
