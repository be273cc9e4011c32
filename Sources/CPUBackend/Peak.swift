import CMicrokernels
import Runtime

/// What this processor gives at most, measured by loops that never leave its registers.
///
/// Every figure is the best of several short runs: what disturbs a run makes it slower, never faster.
package enum Peak {
    /// What a kernel computes with.
    package enum Arithmetic: String, Sendable, CaseIterable {
        /// 8-bit products summed in int32, by the set's fastest instructions for them.
        case int8
        /// The same with operands widened to 16 bits; nil where a set has 8-bit dot products.
        case int8Widened
        /// float32 fused multiply-adds.
        case float32

        var mk: mk_peak_arithmetic {
            switch self {
            case .int8: MK_PEAK_INT8
            case .int8Widened: MK_PEAK_INT8_WIDENED
            case .float32: MK_PEAK_FLOAT32
            }
        }
    }

    /// How many runs are measured, and how long each is: short enough to fit between two interruptions now and then.
    private static let runCount = 8
    private static let runSeconds = 0.01

    /// Operations a second, two to a multiply-accumulate, in units of 1e9, of all threads together.
    ///
    /// - Parameter threads: how many loops run at once; on a processor with fewer cores they share them.
    /// - Returns: nil if the instruction set has no instructions for that arithmetic.
    /// - Precondition: the processor runs `isa`.
    package static func gops(_ arithmetic: Arithmetic, isa: InstructionSet, threads: Int = 1) -> Double? {
        precondition(InstructionSet.available.contains(isa), "this processor does not run \(isa)")
        guard mk_peak(isa.mk, arithmetic.mk, 1) > 0 else { return nil }
        var iterations: UInt64 = 1000
        while seconds({ _ = mk_peak(isa.mk, arithmetic.mk, iterations) }) < runSeconds / 2 { iterations *= 2 }
        let rate = best(threads: threads) { Double(mk_peak(isa.mk, arithmetic.mk, iterations)) }
        return 2 * rate / 1e9
    }

    /// The greater of the two ways to sum 8-bit products: the roof of an integer kernel that may mix them.
    package static func integerGops(isa: InstructionSet, threads: Int = 1) -> Double {
        let rates = [Arithmetic.int8, .int8Widened].compactMap { gops($0, isa: isa, threads: threads) }
        return rates.max() ?? 0
    }

    /// The best rate of several runs in which `work` is called once for each thread, all at once, and says what it did.
    private static func best(threads: Int, _ work: @escaping () -> Double) -> Double {
        var best = 0.0
        for _ in 0..<runCount {
            let amounts = UnsafeMutableBufferPointer<Double>.allocate(capacity: max(threads, 1))
            defer { amounts.deallocate() }
            amounts.initialize(repeating: 0)
            let duration = HostThreads.$limit.withValue(max(threads, 1)) {
                seconds { HostThreads.forEach(count: max(threads, 1)) { amounts[$0] = work() } }
            }
            best = max(best, amounts.reduce(0, +) / duration)
        }
        return best
    }

    private static func seconds(_ body: () -> Void) -> Double {
        let duration = ContinuousClock().measure(body)
        return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
