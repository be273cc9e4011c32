import Lowering

/// The blocks of 16 outputs x 4 inputs that a product keeps, by group of 16 outputs, with the places of their inputs: what
/// the cores' own lists are packed from.
struct KeptBlocks {
    /// One block at one place. Several of a group may have one place: a weight less its zero point that int8 does not hold.
    struct Entry {
        /// Bytes from an output pixel's origin to the block's four inputs.
        var offset: Int32
        /// The block's first byte: `[16 outputs][4 inputs]` of int8.
        var block: Int
    }

    /// By group of 16 outputs, in ascending order of offsets.
    let groups: [[Entry]]
    let density: BlockDensity
    private let blocks: UnsafePointer<Int8>
    /// What the blocks belong to.
    private let owner: AnyObject

    /// - Parameter offsets: one for each list position, as `BlockLists.offsets` makes them.
    init(_ lists: BlockLists, offsets: AlignedArray<Int32>) {
        self.init(
            (0..<lists.pairs).map(lists.list(ofPair:)), groupCount: (lists.outputs + 15) / 16, offsets: offsets.address,
            blocks: lists.blocks.address, density: lists.density, owner: lists.blocks)
    }

    /// - Parameter columns: of the matrix.
    init(_ weights: PackedProductWeights, columns: Int) {
        self.init(
            (0..<weights.pairs).map(weights.list(ofPair:)), groupCount: (columns + 15) / 16,
            offsets: weights.offsets.address,
            blocks: weights.blocks.address, density: weights.density, owner: weights.blocks)
    }

    private init(
        _ lists: [BlockList], groupCount: Int, offsets: UnsafePointer<Int32>, blocks: UnsafePointer<Int8>,
        density: BlockDensity, owner: AnyObject
    ) {
        groups = (0..<groupCount).map { group in
            let (list, half) = (lists[group / 2], group % 2)
            let alone = (first: list.both + (half == 0 ? 0 : list.first), count: half == 0 ? list.first : list.second)
            var entries = (0..<list.both).map { position in
                Entry(
                    offset: offsets[list.firstEntry + position], block: list.firstBlock + position * 128 + half * 64)
            }
            entries += (0..<alone.count).map { position in
                let before = list.both * 2 + alone.first - list.both + position
                return Entry(
                    offset: offsets[list.firstEntry + alone.first + position], block: list.firstBlock + before * 64)
            }
            // Neighbouring inputs follow each other, whichever part of the list they came from.
            entries.sort { ($0.offset, $0.block) < ($1.offset, $1.block) }
            return entries
        }
        (self.blocks, self.density, self.owner) = (blocks, density, owner)
    }

    /// The four inputs' weights of one output of a block.
    func word(_ block: Int, output: Int) -> UInt32 {
        UnsafeRawPointer(blocks).loadUnaligned(fromByteOffset: block + output * 4, as: UInt32.self)
    }
}
