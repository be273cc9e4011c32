/// A sum of float32 values without rounding, so that it does not depend on their order.
///
/// A fixed-point number in two's complement whose unit is 2^-149, the smallest subnormal: 277 bits hold any finite
/// float32, and 384 leave room for 2^106 of them.
package struct ExactSum: Equatable, Sendable {
    private static let limbCount = 6
    private static let unitExponent = -149

    /// Least significant first.
    private var limbs = [UInt64](repeating: 0, count: ExactSum.limbCount)

    package init() {}

    /// Adds a finite value.
    package mutating func add(_ value: Float) {
        precondition(value.isFinite)
        let isSubnormal = value.exponentBitPattern == 0
        let fraction = UInt64(value.significandBitPattern)
        let significand = isSubnormal ? fraction : fraction | 1 << 23
        let shift = isSubnormal ? 0 : Int(value.exponentBitPattern) - 1
        var addend = [UInt64](repeating: 0, count: ExactSum.limbCount)
        addend[shift / 64] = significand << UInt64(shift % 64)
        if shift % 64 > 40 { addend[shift / 64 + 1] = significand >> UInt64(64 - shift % 64) }
        add(value < 0 ? ExactSum.negated(addend) : addend)
    }

    /// Adds another sum.
    package mutating func merge(_ other: ExactSum) { add(other.limbs) }

    /// The sum in double precision.
    package var value: Double {
        let isNegative = limbs[ExactSum.limbCount - 1] >> 63 == 1
        let magnitude = isNegative ? ExactSum.negated(limbs) : limbs
        var result = 0.0
        for index in magnitude.indices.reversed() {
            result +=
                Double(magnitude[index])
                * Double(sign: .plus, exponent: 64 * index + ExactSum.unitExponent, significand: 1)
        }
        return isNegative ? -result : result
    }

    /// All bits, the most significant first: 96 hexadecimal digits.
    package var hexadecimal: String {
        limbs.reversed().map { limb in
            let digits = String(limb, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Reads what `hexadecimal` gives; nil for any other text.
    package init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 16 * ExactSum.limbCount else { return nil }
        for index in 0..<ExactSum.limbCount {
            let end = digits.count - 16 * index
            let piece = String(decoding: digits[(end - 16)..<end], as: UTF8.self)
            // Unlike a sign, which the conversion would take.
            guard piece.utf8.allSatisfy({ $0 != UInt8(ascii: "+") }), let limb = UInt64(piece, radix: 16) else {
                return nil
            }
            limbs[index] = limb
        }
    }

    private mutating func add(_ addend: [UInt64]) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let (partial, first) = limbs[index].addingReportingOverflow(addend[index])
            let (sum, second) = partial.addingReportingOverflow(carry)
            limbs[index] = sum
            carry = first || second ? 1 : 0
        }
    }

    private static func negated(_ limbs: [UInt64]) -> [UInt64] {
        var carry = true
        return limbs.map { limb in
            let (sum, overflow) = (~limb).addingReportingOverflow(carry ? 1 : 0)
            carry = overflow
            return sum
        }
    }
}
