/// SHA-256 (FIPS 180-4), by which programs are known in the cache. No secret is protected by it.
package enum SHA256 {
    /// The 32 bytes of the digest.
    package static func digest(_ message: some Collection<UInt8>) -> [UInt8] {
        var bytes = Array(message)
        let bitCount = UInt64(bytes.count) &* 8
        bytes.append(0x80)
        while bytes.count % 64 != 56 { bytes.append(0) }
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: bitCount >> shift)) }
        var hash = initial
        var schedule = [UInt32](repeating: 0, count: 64)
        for start in stride(from: 0, to: bytes.count, by: 64) {
            for index in 0..<16 {
                schedule[index] = bytes[(start + 4 * index)..<(start + 4 * index + 4)].reduce(0) {
                    $0 << 8 | UInt32($1)
                }
            }
            add(&schedule, to: &hash)
        }
        return hash.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    }

    /// The digest as 64 hexadecimal digits.
    package static func hexadecimal(_ message: some Collection<UInt8>) -> String {
        digest(message).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Section 6.2.2: one block of 16 words, at the start of `w`.
    private static func add(_ w: inout [UInt32], to hash: inout [UInt32]) {
        func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value >> count | value << (32 - count) }
        for t in 16..<64 {
            let s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ w[t - 15] >> 3
            let s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ w[t - 2] >> 10
            w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
        }
        var (a, b, c, d) = (hash[0], hash[1], hash[2], hash[3])
        var (e, f, g, h) = (hash[4], hash[5], hash[6], hash[7])
        for t in 0..<64 {
            let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
            let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ constants[t] &+ w[t]
            let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
            let t2 = s0 &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e) = (g, f, e, d &+ t1)
            (d, c, b, a) = (c, b, a, t1 &+ t2)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { hash[index] &+= word }
    }

    /// The first 32 fraction bits of the square roots of the first 8 primes.
    private static let initial = primes.prefix(8).map { fractionBits($0.squareRoot()) }
    /// The first 32 fraction bits of the cube roots of the first 64 primes.
    private static let constants = primes.map { cubeRootBits(UInt64($0)) }

    private static let primes = (2..<312).filter { n in !(2..<n).contains { n % $0 == 0 } }.map(Double.init)

    private static func fractionBits(_ value: Double) -> UInt32 { UInt32((value - value.rounded(.down)) * 0x1p32) }

    /// By integers: a cube root in double could be wrong in its last bit. The largest r with r^3 <= prime * 2^96.
    private static func cubeRootBits(_ prime: UInt64) -> UInt32 {
        let target = UInt128(prime) << 96
        var root: UInt128 = 0
        for bit in stride(from: 35, through: 0, by: -1) {
            let next = root | UInt128(1) << UInt128(bit)
            if next * next * next <= target { root = next }
        }
        return UInt32(truncatingIfNeeded: root)
    }
}
