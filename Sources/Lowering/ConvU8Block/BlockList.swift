import CMicrokernels

/// The list of one pair of groups of 16 outputs, in plain numbers: blocks of both groups, then of the first alone, then of the
/// second alone.
///
/// A block is `[16 outputs][4 inputs]` of int8. An entry of both groups is 128 bytes, 64 of the first group before 64 of the
/// second; the others are 64 bytes.
package struct BlockList: Sendable, Hashable {
    /// The first byte in `blocks`.
    package let firstBlock: Int
    /// The first position in the list of entries, or of offsets.
    package let firstEntry: Int
    /// Entries of each part.
    package let both: Int
    package let first: Int
    package let second: Int

    fileprivate init(_ list: mk_block_list) {
        (firstBlock, firstEntry) = (Int(list.first_block), Int(list.first_offset))
        (both, first, second) = (Int(list.both), Int(list.first), Int(list.second))
    }

    /// Blocks of 64 bytes.
    package var blockCount: Int { both * 2 + first + second }
}

extension BlockLists {
    package func list(ofPair pair: Int) -> BlockList { BlockList(lists.address[pair]) }
}

extension PackedProductWeights {
    package func list(ofPair pair: Int) -> BlockList { BlockList(lists.address[pair]) }
}
