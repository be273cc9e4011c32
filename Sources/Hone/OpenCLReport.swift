import OpenCLBackend
import Tensors

/// What OpenCL offers on this machine, and what of it Hone can use.
public struct OpenCLReport: Sendable {
    /// One body of the dot product of four bytes, which is where integer kernels without matrix instructions spend their time.
    public struct DotProduct: Sendable, Hashable {
        /// As `DOT4_IMPL` values are called: `C`, `dp4a`, ...
        public let body: String
        /// `right`, `wrong`, or why it does not run.
        public let outcome: String
        /// In a second, counting in billions; nil where it was not timed.
        public let billionsPerSecond: Double?
        /// Whether kernels use it.
        public let isChosen: Bool
    }

    /// One device. Sizes are in bytes.
    public struct Entry: Sendable {
        /// Its spelling for `--device`.
        public let device: String
        /// As the driver calls it.
        public let name: String
        /// Who makes it.
        public let vendor: String
        /// `gpu`, `cpu`, `accelerator` or `other`.
        public let kind: String
        /// The driver's platform.
        public let platform: String
        /// Its version.
        public let platformVersion: String
        /// The driver's own version.
        public let driverVersion: String
        /// Of OpenCL, as in "OpenCL 3.0 CUDA".
        public let version: String
        /// Of its compiler, as in "OpenCL C 1.2".
        public let languageVersion: String
        /// NVIDIA's number for an architecture, 90 for 9.0; nil elsewhere.
        public let computeCapability: Int?
        /// What the driver offers beyond that version, in the order of names.
        public let extensions: [String]
        /// Multiprocessors, cores.
        public let computeUnits: Int
        /// The highest that the driver knows of.
        public let clockMegahertz: Int
        /// Global memory.
        public let memory: Int
        /// The largest buffer.
        public let maximumAllocation: Int
        /// Of a work-group.
        public let localMemory: Int
        /// In work-items.
        public let maximumWorkGroupSize: Int
        /// The bodies that were tried; empty where no probe ran.
        public let dotProducts: [DotProduct]
        /// Matrix instructions: `mma.sync`, why they cannot be used, or `none`.
        public let matrix: String
        /// What holds of its float32 arithmetic, by name; empty where no probe ran.
        public let arithmetic: [(name: String, holds: Bool)]
        /// Why it cannot be used; nil if it can.
        public let obstacle: String?
    }

    /// Every device, in the order of its numbers.
    public let devices: [Entry]
    /// The loader's library; nil if there is none.
    public let loader: String?
    /// Why there are none: no loader, or no driver, with what to install; nil where there is one.
    public let obstacle: HoneError?

    /// What drivers said instead of what they have, a line each, where others answered.
    public let failures: [String]

    /// Asks every driver, and runs the probes on every device; their results are remembered.
    public init() {
        loader = (try? OpenCLLibrary.shared())?.path
        do throws(HoneError) {
            devices = try OpenCLDevice.all().map(Entry.init)
            failures = OpenCLDevice.failures.map(\.message)
            obstacle = nil
        } catch {
            devices = []
            failures = []
            obstacle = error
        }
    }
}

extension OpenCLReport {
    /// How many OpenCL programs this process has compiled so far, and how many it took from the cache on disk.
    public static var programCounts: (built: Int, fromCache: Int) {
        let counts = ProgramLibrary.counts
        return (counts.built, counts.loaded)
    }
}

extension OpenCLReport.Entry {
    /// Tries what no kernel relies on yet, as questions and answers; takes some seconds.
    ///
    /// - Throws: `.device` if the device cannot be used.
    package func examination() throws(HoneError) -> [(question: String, answer: String)] {
        guard let index = Int(device.dropFirst("opencl:".count)) else { return [] }
        return try DeviceExamination(try OpenCLDevice.numbered(index)).findings.map { ($0.question, $0.answer) }
    }

    init(_ device: OpenCLDevice) {
        let info = device.info
        self.device = "opencl:\(device.index)"
        name = info.name
        vendor = info.vendorName
        kind = info.kind.rawValue
        platform = info.platformName
        platformVersion = info.platformVersion
        driverVersion = info.driverVersion
        version = info.version
        languageVersion = info.languageVersion
        computeCapability = info.computeCapability
        extensions = info.extensions.sorted()
        computeUnits = info.computeUnits
        clockMegahertz = info.clockMegahertz
        memory = info.globalMemory
        maximumAllocation = info.maximumAllocation
        localMemory = info.localMemory
        maximumWorkGroupSize = info.maximumWorkGroupSize
        let probes = try? device.probes()
        obstacle = device.obstacle
        dotProducts = (probes?.dot4 ?? []).map { result in
            OpenCLReport.DotProduct(
                body: result.body.description, outcome: OpenCLReport.text(result.outcome),
                billionsPerSecond: result.billionsPerSecond, isChosen: result.body == probes?.dot4Body)
        }
        matrix = probes?.matrix.map { $0 == .right ? "mma.sync" : OpenCLReport.text($0) } ?? "none"
        arithmetic =
            probes?.floats.map { floats in
                [
                    ("exact division", floats.dividesExactly), ("exact square root", floats.takesRootsExactly),
                    ("exact fma", floats.fusesExactly), ("no contraction", floats.multipliesExactly),
                    ("halves to even", floats.roundsToEven), ("denormals kept", floats.keepsDenormals),
                ]
            } ?? []
    }
}

extension OpenCLReport {
    fileprivate static func text(_ outcome: DeviceProbes.Outcome) -> String {
        switch outcome {
        case .right: "right"
        case .wrong: "wrong"
        case .fails(let reason): reason
        }
    }
}
