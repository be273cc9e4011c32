import CMicrokernels
import Runtime

/// The peak of this moment, measured in a fraction of a millisecond: a processor changes its clock from one to the next, so
/// that a share of the peak is taken against what was measured right before and after.
package struct PeakProbe: Sendable {
    /// How long one measurement takes, about.
    private static let seconds = 2.5e-4

    private let isa: InstructionSet
    private let threads: Int
    private let arithmetic: Peak.Arithmetic
    private let iterations: UInt64

    /// - Parameters:
    ///   - isInteger: whether products are of 8-bit integers, else of float32.
    ///   - threads: how many loops run at once.
    /// - Returns: nil if the instruction set has no instructions for that arithmetic.
    /// - Precondition: the processor runs `isa`.
    package init?(isInteger: Bool, isa: InstructionSet, threads: Int) {
        let kinds: [Peak.Arithmetic] = isInteger ? [.int8, .int8Widened] : [.float32]
        let rates = kinds.compactMap { kind in Peak.gops(kind, isa: isa).map { (kind, $0) } }
        guard let fastest = rates.max(by: { $0.1 < $1.1 }) else { return nil }
        self.isa = isa
        self.threads = max(threads, 1)
        arithmetic = fastest.0
        let perIteration = 2 * Double(mk_peak(isa.mk, arithmetic.mk, 1))
        iterations = UInt64(max(fastest.1 * 1e9 * PeakProbe.seconds / perIteration, 1))
    }

    /// Operations a second, two to a multiply-accumulate, in units of 1e9, of all threads together.
    package func gops() -> Double {
        let clock = ContinuousClock()
        var operations = 0.0
        let duration = clock.measure {
            if threads == 1 {
                operations = 2 * Double(mk_peak(isa.mk, arithmetic.mk, iterations))
            } else {
                HostThreads.$limit.withValue(threads) {
                    HostThreads.forEach(count: threads) { _ in _ = mk_peak(isa.mk, arithmetic.mk, iterations) }
                }
                operations = 2 * Double(mk_peak(isa.mk, arithmetic.mk, 1)) * Double(iterations) * Double(threads)
            }
        }
        return operations / (Double(duration.components.attoseconds) / 1e9 + Double(duration.components.seconds) * 1e9)
    }
}
