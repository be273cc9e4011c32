import Tensors

/// A layer's weights cut into the blocks of a pattern.
///
/// Blocks are numbered block row by block row. A block row holds the outputs that share blocks, all of one convolution group;
/// its blocks hold neighbouring input channels at one tap of the kernel, tap after tap.
struct BlockGrid {
    /// The outputs of each block row, counted through all groups.
    let rows: [Range<Int>]
    /// The columns of each block of a row, the same in all rows, ascending.
    let columns: [[Int]]
    /// Of how many neighbouring blocks of a row at most how many are kept (N:M); nil where any may be.
    let share: (kept: Int, of: [Range<Int>])?
    /// Outputs of a convolution group.
    let outputsPerGroup: Int
    /// Columns of an output.
    let columnCount: Int

    var count: Int { rows.count * columns.count }

    /// - Precondition: the pattern has blocks: it is not `channels`.
    init(_ layer: PrunableLayer, _ pattern: PruningPattern) {
        let (height, width, set): (Int, Int, (kept: Int, of: Int)?)
        switch pattern {
        case .blocks(let outputs, let inputs): (height, width, set) = (outputs, inputs, nil)
        case .share(let kept, let of): (height, width, set) = (1, 1, (kept, of))
        case .channels: (height, width, set) = (1, layer.columns, nil)
        }
        var rows: [Range<Int>] = []
        for group in 0..<layer.groups {
            let (start, end) = (group * layer.outputsPerGroup, (group + 1) * layer.outputsPerGroup)
            for first in stride(from: start, to: end, by: height) { rows.append(first..<min(first + height, end)) }
        }
        var columns: [[Int]] = []
        var sets: [Range<Int>] = []
        if case .channels = pattern {
            columns = [Array(0..<layer.columns)]
        } else {
            for tap in 0..<layer.taps {
                let before = columns.count
                for first in stride(from: 0, to: layer.channels, by: width) {
                    let channels = first..<min(first + width, layer.channels)
                    columns.append(channels.map { $0 * layer.taps + tap })
                }
                guard let set else { continue }
                for first in stride(from: before, to: columns.count, by: set.of) {
                    sets.append(first..<min(first + set.of, columns.count))
                }
            }
        }
        (self.rows, self.columns) = (rows, columns)
        share = set.map { ($0.kept, sets) }
        (outputsPerGroup, columnCount) = (layer.outputsPerGroup, layer.columns)
    }

    /// The convolution group of a block row.
    func group(ofRow row: Int) -> Int { rows[row].lowerBound / outputsPerGroup }
}
