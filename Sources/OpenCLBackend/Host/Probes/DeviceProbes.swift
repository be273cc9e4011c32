import Foundation
import Tensors

/// What a device was found to do, by kernels that were compiled and run and whose results were compared.
package struct DeviceProbes: Sendable, Codable, Hashable {
    /// How a probe ended.
    package enum Outcome: Sendable, Codable, Hashable {
        case right
        /// It ran, and its results are not what they must be.
        case wrong
        /// It did not compile, or did not run.
        case fails(String)
    }

    /// One body of `dot4`.
    package struct Dot4: Sendable, Codable, Hashable {
        package let body: Dot4Body
        package let outcome: Outcome
        /// How many it does in a second, counting in billions; nil where it was not timed.
        package var billionsPerSecond: Double?
    }

    /// The bodies that were tried.
    package var dot4: [Dot4]
    /// `mma.sync`, `ldmatrix` and `cp.async` as inline PTX; nil where that is not NVIDIA's compiler, or a part too old.
    package var matrix: Outcome?
    /// The arithmetic of float32; nil if the probe failed.
    package var floats: FloatProbe?
    /// Why there is no `floats`.
    package var floatFailure: String?

    /// The fastest body of `dot4` that is right.
    package var dot4Body: Dot4Body {
        let right = dot4.filter { $0.outcome == .right }
        return right.max { ($0.billionsPerSecond ?? 0) < ($1.billionsPerSecond ?? 0) }?.body ?? .plainC
    }

    /// Whether kernels may use tensor cores through PTX.
    package var hasMatrixPTX: Bool { matrix == .right }

    /// Why its results cannot be trusted; nil if nothing speaks against it.
    package var obstacle: String? {
        guard let plain = dot4.first(where: { $0.body == .plainC }) else { return "no probe ran" }
        switch plain.outcome {
        case .right: break
        case .wrong: return "its integer arithmetic is wrong"
        case .fails(let reason): return "it runs no kernels: \(reason)"
        }
        guard let floats else {
            return "the probe of its float32 arithmetic does not run: \(floatFailure ?? "the reason is not known")"
        }
        return floats.obstacle
    }
}

extension DeviceProbes {
    /// Finds out, or remembers: results are kept in the disk cache for device, driver and probes.
    ///
    /// - Parameter context: of the device. What goes wrong is a result, not an error.
    init(of context: DeviceContext) {
        let cache = context.programs.cache
        let texts = ["probe_dot4", "probe_dot4_rate", "probe_floats", "probe_mma"].map {
            KernelText(file: $0, defines: [:]).text
        }
        let key = ProgramCache.key(["probes 1"] + texts + [context.device.info.identity])
        if let bytes = cache.read(key), let kept = try? JSONDecoder().decode(Self.self, from: Data(bytes)) {
            self = kept
            return
        }
        dot4 = Dot4Probe.results(in: context)
        matrix = MatrixProbe.outcome(in: context)
        do throws(HoneError) {
            floats = try FloatProbe(in: context)
        } catch {
            floatFailure = error.message
        }
        // A device that is busy or lost today may be well tomorrow.
        if isFinal, let bytes = try? JSONEncoder().encode(self) { cache.write(Array(bytes), key) }
    }

    /// Whether they would be the same another day: what a compiler refuses it refuses again, but what ran out of memory, or was
    /// not timed, may be the body to choose.
    private var isFinal: Bool {
        let outcomes = dot4.map(\.outcome) + [matrix].compactMap { $0 }
        let hasFailed = outcomes.contains { outcome in
            if case .fails(let reason) = outcome { !reason.contains("CL_BUILD_PROGRAM_FAILURE") } else { false }
        }
        let right = dot4.filter { $0.outcome == .right }
        let isTimed = right.count < 2 || right.allSatisfy { $0.billionsPerSecond != nil }
        return obstacle == nil && !hasFailed && isTimed
    }
}

/// Operands of probes: the same each time (splitmix64, Steele, Lea and Flood 2014).
struct ProbeOperands {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt32 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return UInt32(truncatingIfNeeded: z ^ z >> 31)
    }

    mutating func next(_ count: Int) -> [UInt32] { (0..<count).map { _ in next() } }
}
