import ModelGraph
import Runtime

/// What the entries of a convolution's block lists stand for, apart from where an input lies in memory.
///
/// An entry is four consecutive bytes of an input row. In groups of 16 channels it has a channel group, a kernel row, a
/// kernel column and a quad of channels, in that order, the last fastest. In packed pixels a kernel row's taps are
/// consecutive bytes, cut in quads across pixels, so it has a kernel row and a quad of that row.
package struct BlockCoordinates: Sendable, Hashable {
    /// Input channels over all convolution groups.
    package let channels: Int
    package let kernelHeight: Int
    package let kernelWidth: Int
    /// Whether the input is one group of pixels of all channels.
    package let isPacked: Bool

    package init(channels: Int, kernel: [Int], isPacked: Bool) {
        self.channels = channels
        kernelHeight = kernel.count == 2 ? kernel[0] : 1
        kernelWidth = kernel[kernel.count - 1]
        self.isPacked = isPacked
    }

    /// Entries of a kernel row in one channel group, or in all.
    private var rowQuads: Int { isPacked ? (kernelWidth * channels + 3) / 4 : kernelWidth * 4 }
    private var channelGroups: Int { isPacked ? 1 : (channels + 15) / 16 }

    /// How many entries there are at most.
    package var count: Int { channelGroups * kernelHeight * rowQuads }

    /// The entries whose channels may be among these; some of them may hold none.
    package func entries(ofChannels range: Range<Int>) -> Range<Int> {
        if isPacked { return 0..<count }
        let perGroup = kernelHeight * rowQuads
        return (range.lowerBound / 16 * perGroup)..<((range.upperBound + 15) / 16 * perGroup)
    }

    /// For each entry the four sources of its weights, `channel * taps + tap`, or -1 where there is no such channel or tap.
    package func sources() -> [Int64] {
        let taps = kernelHeight * kernelWidth
        var sources = [Int64](repeating: -1, count: count * 4)
        for entry in 0..<count {
            let (group, row, quad) = parts(of: entry)
            for lane in 0..<4 {
                let byte = isPacked ? quad * 4 + lane : quad % 4 * 4 + lane
                let column = isPacked ? byte / channels : quad / 4
                let channel = isPacked ? byte % channels : group * 16 + byte
                guard column < kernelWidth, channel < channels else { continue }
                sources[entry * 4 + lane] = Int64(channel * taps + row * kernelWidth + column)
            }
        }
        return sources
    }

    /// Bytes from the input pixel of tap (0, 0) to an entry's four inputs.
    package func offset(of entry: Int, in shape: BlockedShape, dilations: ConvolutionWindow.Extent) -> Int {
        let (group, row, quad) = parts(of: entry)
        let rows = row * dilations.row * shape.rowBytes
        if isPacked { return rows + quad * 4 }
        return group * shape.groupBytes + rows + quad / 4 * dilations.column * shape.pixelBytes + quad % 4 * 4
    }

    private func parts(of entry: Int) -> (group: Int, row: Int, quad: Int) {
        let (line, quad) = entry.quotientAndRemainder(dividingBy: rowQuads)
        let (group, row) = line.quotientAndRemainder(dividingBy: kernelHeight)
        return (group, row, quad)
    }
}
