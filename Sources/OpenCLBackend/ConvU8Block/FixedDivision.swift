/// Division of numbers below 2^31 by one divisor, as a product: `n / d == (n * factor) >> shift` (Granlund and Montgomery,
/// "Division by invariant integers using multiplication", 1994).
struct FixedDivision: Sendable, Hashable {
    let factor: UInt32
    let shift: UInt32

    /// - Parameter divisor: 1 to 2^31 - 1.
    init(by divisor: Int32) {
        precondition(divisor > 0)
        let divisor = UInt64(divisor)
        let shift = 31 + UInt64(64 - (divisor - 1).leadingZeroBitCount)
        // At most 2^32 - 1: divisor > 2^(shift - 32), or divisor == 2^(shift - 31).
        factor = UInt32((1 << shift + divisor - 1) / divisor)
        self.shift = UInt32(shift)
    }
}
