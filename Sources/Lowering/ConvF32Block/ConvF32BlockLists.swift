import CMicrokernels
import Tensors

/// The weights `[M, C / group, rows, columns]` of a float convolution as lists of the blocks that are not zero.
///
/// A block is 16 outputs x 1 tap. Lists name taps by coordinates; where a tap lies in memory is known only with the layout of
/// the input, and asked for by `offsets(in:)`.
package struct ConvF32BlockLists: Sendable {
    /// Where a tap reads: a channel of the whole input, and a row and a column of the kernel.
    package struct Tap: Hashable, Sendable {
        package var channel: Int32
        package var row: Int32
        package var column: Int32
    }

    /// 16 floats an entry and group, in list order.
    package let weights: AlignedArray<Float>
    package let taps: [Tap]
    /// Ascending by group.
    package let lists: [mk_f32_list]
    /// Whether the weights can be written again bit by bit: no block that was left out held a -0.
    package let isReversible: Bool
    let possibleBlocks: Int

    /// Packs weights, in the order of the chain that NUMERICS.md fixes.
    ///
    /// - Parameters:
    ///   - shape: `[M, C / group, rows, columns]`; outputs of a block of 16 belong to one group of the convolution.
    ///   - pairs: whether two neighbouring groups of outputs share a list where their blocks stand at the same taps.
    /// - Throws: `.outOfMemory`.
    package init(_ weights: UnsafeBufferPointer<Float>, shape: [Int], group: Int, pairs: Bool) throws(HoneError) {
        let order = TapOrder(channels: shape[1], rows: shape[2], columns: shape[3])
        let outputs = shape[0]
        let blocks = (outputs + 15) / 16
        let packed = try AlignedArray<Float>(
            zeros: blocks.multipliedReportingOverflow(by: order.count * 16).partialValue, for: "the packed weights")
        var taps: [Tap] = []
        var lists: [mk_f32_list] = []
        // The list of all taps of a group of the convolution is stored once.
        var whole: (group: Int, first: Int)?
        var end = 0
        var dropsNegativeZeros = false
        var previous: [Int32] = []
        for block in 0..<blocks {
            let convolutionGroup = block * 16 / (outputs / group)
            let first = end
            let kept = order.pack(
                weights, block: block, outputs: min(16, outputs - block * 16), into: packed.address + first,
                dropsNegativeZeros: &dropsNegativeZeros)
            end += kept.count * 16
            defer { previous = kept }
            if pairs, block % 2 == 1, kept == previous, !kept.isEmpty,
                convolutionGroup == (block - 1) * 16 / (outputs / group)
            {
                lists[lists.count - 1].groups = 2
                interleave(packed.address + first - kept.count * 16, entries: kept.count)
                continue
            }
            let isWhole = kept.count == order.count
            let firstTap = isWhole && whole?.group == convolutionGroup ? whole?.first ?? taps.count : taps.count
            if firstTap == taps.count {
                for tap in kept { taps.append(order.tap(tap, firstChannel: convolutionGroup * shape[1])) }
                if isWhole { whole = (convolutionGroup, firstTap) }
            }
            lists.append(
                mk_f32_list(
                    first_weight: UInt64(first), first_offset: UInt64(firstTap), count: UInt32(kept.count),
                    group: Int32(block), groups: 1))
        }
        self.weights = packed
        self.taps = taps
        self.lists = lists
        isReversible = !dropsNegativeZeros
        possibleBlocks = blocks * order.count
    }

    /// Depthwise: an entry is a tap of 16 channels, at the first of them.
    ///
    /// - Parameter shape: `[C, 1, rows, columns]`.
    package init(depthwise weights: UnsafeBufferPointer<Float>, shape: [Int]) throws(HoneError) {
        let order = TapOrder(channels: 1, rows: shape[2], columns: shape[3])
        let blocks = (shape[0] + 15) / 16
        let packed = try AlignedArray<Float>(
            zeros: blocks.multipliedReportingOverflow(by: order.count * 16).partialValue, for: "the packed weights")
        var taps: [Tap] = []
        var lists: [mk_f32_list] = []
        var end = 0
        var dropsNegativeZeros = false
        for block in 0..<blocks {
            let kept = order.pack(
                weights, block: block, outputs: min(16, shape[0] - block * 16), into: packed.address + end,
                dropsNegativeZeros: &dropsNegativeZeros)
            lists.append(
                mk_f32_list(
                    first_weight: UInt64(end), first_offset: UInt64(taps.count), count: UInt32(kept.count),
                    group: Int32(block), groups: 1))
            for tap in kept { taps.append(order.tap(tap, firstChannel: block * 16)) }
            end += kept.count * 16
        }
        self.weights = packed
        self.taps = taps
        self.lists = lists
        isReversible = !dropsNegativeZeros
        possibleBlocks = blocks * order.count
    }

    /// Floats from an output pixel's origin to each tap; nil if one does not fit 32 bits.
    package func offsets(in input: BlockedOffsets) -> [Int32]? {
        var offsets: [Int32] = []
        offsets.reserveCapacity(taps.count)
        for tap in taps {
            guard let offset = Int32(exactly: input.floats(to: tap)) else { return nil }
            offsets.append(offset)
        }
        return offsets
    }

    /// The groups of 16 outputs that a list is for.
    package func groups(_ list: Int) -> Range<Int> {
        Int(lists[list].group)..<Int(lists[list].group + lists[list].groups)
    }

    /// A list's entries, as positions in `taps`.
    package func entries(_ list: Int) -> Range<Int> {
        let first = Int(lists[list].first_offset)
        return first..<first + Int(lists[list].count)
    }

    /// Where a list's first weight is in `weights`; an entry takes 16 for each of the list's groups.
    package func firstWeight(_ list: Int) -> Int { Int(lists[list].first_weight) }

    /// What a list costs for each pixel, in vector operations, with about two entries for the start and the end of a tile.
    package func cost(_ list: Int) -> Int { (Int(lists[list].count) + 2) * Int(lists[list].groups) }
}

/// Turns `[2][entries][16]` into `[entries][2][16]`.
private func interleave(_ weights: UnsafeMutablePointer<Float>, entries: Int) {
    let copy = Array(UnsafeBufferPointer(start: weights, count: entries * 32))
    copy.withUnsafeBufferPointer { copy in
        guard let source = copy.baseAddress else { return }
        for entry in 0..<entries {
            (weights + entry * 32).update(from: source + entry * 16, count: 16)
            (weights + entry * 32 + 16).update(from: source + (entries + entry) * 16, count: 16)
        }
    }
}
