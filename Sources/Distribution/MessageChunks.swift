/// A long message as a sequence of short ones: MPI counts in 32 bits.
package enum MessageChunks {
    /// The largest piece, in bytes: far below 2^31, and small enough that every record of a real model goes in several.
    package static let size = 1 << 14

    /// The pieces of `count` bytes, in order.
    package static func ranges(of count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}
