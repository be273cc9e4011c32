/// The taps of a convolution in the order of its chains: groups of 16 channels, kernel rows, kernel columns, channels.
package struct TapOrder {
    package let channels: Int
    package let rows: Int
    package let columns: Int
    /// For each tap in order, its index in a row `[channels, rows, columns]` of the weights.
    private let sources: [Int32]

    package init(channels: Int, rows: Int, columns: Int) {
        self.channels = channels
        self.rows = rows
        self.columns = columns
        var sources: [Int32] = []
        sources.reserveCapacity(channels * rows * columns)
        for first in stride(from: 0, to: channels, by: 16) {
            for kernel in 0..<rows * columns {
                for channel in first..<min(first + 16, channels) {
                    sources.append(Int32(channel * rows * columns + kernel))
                }
            }
        }
        self.sources = sources
    }

    package var count: Int { sources.count }

    /// The coordinates of tap number `index`.
    package func tap(_ index: Int32, firstChannel: Int) -> ConvF32BlockLists.Tap {
        let (channel, kernel) = Int(sources[Int(index)]).quotientAndRemainder(dividingBy: rows * columns)
        return ConvF32BlockLists.Tap(
            channel: Int32(firstChannel + channel), row: Int32(kernel / columns), column: Int32(kernel % columns))
    }

    /// Packs the blocks of 16 outputs that are not zero, one behind the other.
    ///
    /// - Parameters:
    ///   - outputs: how many outputs there are, up to 16; lanes past them stay 0.
    ///   - dropsNegativeZeros: becomes true if a block that is left out holds a -0.
    /// - Returns: the numbers of their taps, ascending.
    package func pack(
        _ weights: UnsafeBufferPointer<Float>, block: Int, outputs: Int, into packed: UnsafeMutablePointer<Float>,
        dropsNegativeZeros: inout Bool
    ) -> [Int32] {
        guard let first = weights.baseAddress else { return [] }
        let row = first + block * 16 * sources.count
        let rowCount = sources.count
        var kept: [Int32] = []
        kept.reserveCapacity(rowCount)
        var target = packed
        sources.withUnsafeBufferPointer { sources in
            for tap in 0..<rowCount {
                var bits: UInt32 = 0
                var source = row + Int(sources[tap])
                for lane in 0..<outputs {
                    target[lane] = source.pointee
                    bits |= source.pointee.bitPattern
                    source += rowCount
                }
                // Without the sign: -0 is zero too, a NaN is not.
                guard bits << 1 != 0 else {
                    if bits != 0 { dropsNegativeZeros = true }
                    continue
                }
                kept.append(Int32(tap))
                target += 16
            }
        }
        // What the last dropped block left behind.
        if kept.count < rowCount { target.update(repeating: 0, count: 16) }
        return kept
    }
}
