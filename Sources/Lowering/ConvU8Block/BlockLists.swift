import CMicrokernels
import Runtime
import Tensors

/// A convolution's weights as lists of blocks of 16 outputs x 4 inputs, as `mk_conv_u8_block` takes them.
///
/// Blocks of zeros are left out, whatever made them zero: pruning, channels that do not exist, or other convolution groups.
/// A weight less its zero point that int8 does not hold is the sum of several blocks at one place.
package struct BlockLists: Sendable {
    package let coordinates: BlockCoordinates
    /// The number of output channels.
    package let outputs: Int
    package let blocks: AlignedArray<Int8>
    package let blockBytes: Int
    /// By position in the lists: the entry's coordinates.
    package let entries: [UInt32]
    /// By pair of output groups; `list(ofPair:)` gives plain numbers.
    package let lists: AlignedArray<mk_block_list>
    /// For each output, lanes past the last included: its weights less their zero points, added.
    package let sums: [Int32]
    let possibleBlocks: Int

    /// Pairs of groups of 16 outputs.
    package var pairs: Int { (outputs + 31) / 32 }

    /// - Parameters:
    ///   - weights: `[M, C / group, kernel...]` of int8 or uint8.
    ///   - zeroPoints: one for each output.
    /// - Throws: `.outOfMemory`.
    package init(
        weights: Tensor, zeroPoints: [Int32], group: Int, coordinates: BlockCoordinates
    ) throws(HoneError) {
        self.coordinates = coordinates
        let outputs = weights.shape[0]
        self.outputs = outputs
        let perOutput = weights.elementCount / max(outputs, 1)
        let (perGroup, channelsPerGroup) = (outputs / group, weights.shape[1])
        let pairs = (outputs + 31) / 32
        let spans = (0..<pairs).map { pair in
            let last = min(pair * 32 + 31, outputs - 1)
            return coordinates.entries(
                ofChannels: (pair * 32 / perGroup * channelsPerGroup)..<((last / perGroup + 1) * channelsPerGroup))
        }
        // A zero point away from the middle of the type makes weights that only several int8 can sum to.
        let range = QuantizedRange(weights.elementType) ?? .int8
        let fits = zeroPoints.allSatisfy { range.lowest - $0 >= -128 && range.highest - $0 <= 127 }
        let pieces = fits ? 1 : 3
        let groups = (outputs + 15) / 16
        possibleBlocks = spans.enumerated().reduce(0) { $0 + $1.element.count * min(2, groups - $1.offset * 2) }
        let room = spans.reduce(0) { $0 + $1.count } * pieces

        let purpose = "the packed weights of a convolution"
        let blocks = try AlignedArray<Int8>(room: room * 128, for: purpose)
        let lists = try AlignedArray<mk_block_list>(room: pairs, for: purpose)
        var entries: [UInt32] = []
        var sums = [Int32](repeating: 0, count: pairs * 32)
        var blockBytes = 0
        // The first part of a list is written where it stays; the others wait until its length is known.
        let most = (spans.map(\.count).max() ?? 0) * pieces
        let alone = try (0..<2).map { _ throws(HoneError) in try AlignedArray<Int8>(room: most * 64, for: purpose) }
        let names = try (0..<3).map { _ throws(HoneError) in try AlignedArray<UInt32>(room: most, for: purpose) }
        let sources = coordinates.sources()
        weights.withUnsafeBytes { bytes in
            zeroPoints.withUnsafeBufferPointer { zeroPoints in
                sources.withUnsafeBufferPointer { sources in
                    var description = mk_conv_weights(
                        weights: bytes.baseAddress, is_unsigned: weights.elementType == .uint8 ? 1 : 0,
                        outputs: Int64(outputs), per_output: Int64(perOutput), zero_points: zeroPoints.baseAddress,
                        outputs_per_group: Int64(perGroup), sources: sources.baseAddress)
                    for pair in 0..<pairs {
                        var packed = mk_packed_pair()
                        packed.blocks = (blocks.address + blockBytes, alone[0].address, alone[1].address)
                        packed.entries = (names[0].address, names[1].address, names[2].address)
                        sums.withUnsafeMutableBufferPointer { sums in
                            mk_pack_conv_u8_pair(
                                &description, Int64(pair), UInt32(spans[pair].lowerBound), UInt32(spans[pair].count),
                                &packed, sums.baseAddress.map { $0 + pair * 32 })
                        }
                        let counts = [packed.counts.0, packed.counts.1, packed.counts.2].map { Int($0) }
                        lists.address[pair] = mk_block_list(
                            first_block: UInt64(blockBytes), first_offset: UInt32(entries.count),
                            both: packed.counts.0, first: packed.counts.1, second: packed.counts.2)
                        blockBytes += counts[0] * 128
                        for half in 0..<2 {
                            (blocks.address + blockBytes).update(
                                from: alone[half].address, count: counts[half + 1] * 64)
                            blockBytes += counts[half + 1] * 64
                        }
                        for part in 0..<3 {
                            entries += UnsafeBufferPointer(start: names[part].address, count: counts[part])
                        }
                    }
                }
            }
        }
        (self.blocks, self.lists, self.entries, self.sums, self.blockBytes) = (blocks, lists, entries, sums, blockBytes)
    }

    /// Each list position's distance in bytes from an output pixel's origin in an input of that shape.
    ///
    /// - Precondition: an image of it is below 2 GiB.
    /// - Throws: `.outOfMemory`.
    package func offsets(
        in shape: BlockedShape, dilations: ConvolutionWindow.Extent
    ) throws(HoneError) -> AlignedArray<Int32> {
        let places = (0..<coordinates.count).map {
            Int32(coordinates.offset(of: $0, in: shape, dilations: dilations))
        }
        let offsets = try AlignedArray<Int32>(room: entries.count, for: "the offsets of a convolution")
        for (position, entry) in entries.enumerated() { offsets.address[position] = places[Int(entry)] }
        return offsets
    }
}
