import TestSupport

/// Values for trials, from a seed that the test prints.
struct SeededFloats {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// In -2...2, with a full mantissa, so that another order of additions gives other bits.
    mutating func next() -> Float { Float.random(in: -2...2, using: &generator) }

    mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func integers<T: FixedWidthInteger>(_ count: Int, as _: T.Type) -> [T] {
        (0..<count).map { _ in T.random(in: T.min...T.max, using: &generator) }
    }
}
