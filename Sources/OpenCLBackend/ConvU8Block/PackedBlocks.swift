/// Weights in the form of one core of `conv_u8_block`: the contents of its three buffers.
struct PackedBlocks {
    /// In words of 4 bytes.
    var blocks: [UInt32] = []
    var offsets: [Int32] = []
    /// For each list its first entry and the number of entries, in the core's unit.
    var lists: [Int32] = []

    var listCount: Int { lists.count / 2 }
    /// Of all three.
    var byteCount: Int { 4 * (blocks.count + offsets.count + lists.count) }

    /// For the dot4 core: one list for each group of 16 outputs, `[entry][16 outputs][4 inputs]`.
    init(dot4 kept: KeptBlocks) {
        for group in kept.groups {
            lists += [Int32(offsets.count), Int32(group.count)]
            for entry in group {
                offsets.append(entry.offset)
                for output in 0..<16 { blocks.append(kept.word(entry.block, output: output)) }
            }
        }
    }

    /// For the matrix cores: steps of 8 places for `groupsPerList` groups of 16 outputs at a time, zeros where a group has no
    /// block at a place of another's.
    ///
    /// - Parameter inChunks: whether a step is two runs of 16 inputs, as the staged core wants it.
    init(matrix kept: KeptBlocks, groupsPerList: Int, inChunks: Bool) {
        var first = 0
        while first < kept.groups.count {
            let groups = kept.groups[first..<min(first + groupsPerList, kept.groups.count)]
            let slots = BlockSlots(groups, quads: inChunks ? 4 : 1)
            let steps = inChunks ? slots.stepsOfChunks() : slots.stepsOfQuads()
            lists += [Int32(offsets.count / 8), Int32(steps.count)]
            for step in steps {
                append(step, slots, groupsPerList: groupsPerList, kept)
            }
            first += groupsPerList
        }
    }

    /// How many words `init(matrix:groupsPerList:inChunks:)` will make, about: places where a weight is split count once.
    static func wordCount(matrix kept: KeptBlocks, groupsPerList: Int, inChunks: Bool) -> Int {
        var steps = 0
        var places: [Int32] = []
        for first in stride(from: 0, to: kept.groups.count, by: groupsPerList) {
            let groups = kept.groups[first..<min(first + groupsPerList, kept.groups.count)]
            if groups.count == 1, !inChunks {
                steps += (groups[first].count + 7) / 8
                continue
            }
            places.removeAll(keepingCapacity: true)
            for group in groups { places += group.lazy.map { inChunks ? $0.offset >> 4 : $0.offset } }
            places.sort()
            let distinct = places.indices.count { $0 == 0 || places[$0] != places[$0 - 1] }
            steps += inChunks ? (distinct + 1) / 2 : (distinct + 7) / 8
        }
        return steps * groupsPerList * 128
    }

    /// Adds a step: `[groupsPerList][32 lanes][4 words]`, laid out as the fragments of the matrix instruction.
    private mutating func append(
        _ step: [BlockSlots.Slot], _ slots: BlockSlots, groupsPerList: Int, _ kept: KeptBlocks
    ) {
        let start = blocks.count
        blocks += repeatElement(0, count: groupsPerList * 128)
        for (position, slot) in step.enumerated() {
            offsets.append(slot.offset)
            guard let index = slot.index else { continue }
            for group in 0..<slots.groupCount {
                let block = slots.block(index, group: group)
                guard block >= 0 else { continue }
                for output in 0..<16 {
                    // Lane 4 * g + t holds outputs 4 * (g / 2) + g % 2, and that + 2, of entries t and t + 4.
                    let lane = (output / 4 * 2 + output % 2) * 4 + position % 4
                    let word = output % 4 / 2 * 2 + position / 4
                    blocks[start + (group * 32 + lane) * 4 + word] = kept.word(block, output: output)
                }
            }
        }
    }
}

/// Where several groups of outputs have blocks: the union of their places, each with one block of each group or none.
struct BlockSlots {
    /// A place in a step; no index where there is nothing but zeros.
    struct Slot {
        var offset: Int32
        var index: Int?
    }

    let groupCount: Int
    private var offsets: [Int32] = []
    /// `[slot][group]`, -1 for none.
    private var blocks: [Int] = []

    /// - Parameter quads: 1, or 4 where places go in runs of 16 inputs, of which all four quads get a slot.
    init(_ groups: ArraySlice<[KeptBlocks.Entry]>, quads: Int) {
        groupCount = groups.count
        let shift = quads == 4 ? 4 : 0
        var places: [(key: Int32, quad: Int, group: Int, block: Int)] = []
        places.reserveCapacity(groups.reduce(0) { $0 + $1.count })
        for (group, entries) in groups.enumerated() {
            for entry in entries {
                let quad = quads == 4 ? Int(entry.offset & 15) / 4 : 0
                places.append((entry.offset >> shift, quad, group, entry.block))
            }
        }
        if groups.count > 1 { places.sort { ($0.key, $0.group, $0.quad) < ($1.key, $1.group, $1.quad) } }
        var first = 0
        while first < places.count {
            let start = offsets.count
            let key = places[first].key
            while first < places.count, places[first].key == key {
                let place = places[first]
                var slot = start + place.quad
                // A second block of a group at one place goes into a second slot of that place.
                while slot < offsets.count, blocks[slot * groupCount + place.group] >= 0 { slot += quads }
                if slot >= offsets.count {
                    for quad in 0..<quads {
                        offsets.append(key << Int32(shift) + Int32(quad * 4))
                        blocks += repeatElement(-1, count: groupCount)
                    }
                }
                blocks[slot * groupCount + place.group] = place.block
                first += 1
            }
        }
    }

    /// How many places there are.
    var count: Int { offsets.count }

    /// The first byte of a group's block in a slot, or -1.
    func block(_ slot: Int, group: Int) -> Int { blocks[slot * groupCount + group] }

    /// Steps of 8 slots in order; an odd run gets zeros beside it.
    func stepsOfChunks() -> [[Slot]] {
        stride(from: 0, to: count, by: 8).map { first in
            (0..<8).map { position in
                let slot = first + position
                return slot < count
                    ? Slot(offset: offsets[slot], index: slot) : Slot(offset: offsets[slot - 4], index: nil)
            }
        }
    }

    /// Steps of any 8 slots. Positions t and t + 4 take places of a pixel's quad t as long as there are any: then a
    /// load of eight neighbouring pixels, 16 bytes apart, meets no memory bank twice.
    func stepsOfQuads() -> [[Slot]] {
        var queues: [[Int]] = Array(repeating: [], count: 4)
        for slot in 0..<count { queues[Int(offsets[slot] / 4 % 4)].append(slot) }
        var heads = [0, 0, 0, 0]
        return stride(from: 0, to: count, by: 8).map { _ in
            var step = [Int?](repeating: nil, count: 8)
            for position in 0..<8 where heads[position % 4] < queues[position % 4].count {
                step[position] = queues[position % 4][heads[position % 4]]
                heads[position % 4] += 1
            }
            for position in 0..<8 where step[position] == nil {
                // The fullest queue, so that they end together.
                let left = (0..<4).map { queues[$0].count - heads[$0] }
                guard let most = left.max(), most > 0, let queue = left.firstIndex(of: most) else { break }
                step[position] = queues[queue][heads[queue]]
                heads[queue] += 1
            }
            let valid = step.compactMap { $0 }.first.map { offsets[$0] } ?? 0
            return step.enumerated().map { position, slot in
                guard let slot else {
                    // What its neighbour loads anyway.
                    let partner = step[(position + 4) % 8].map { offsets[$0] }
                    return Slot(offset: partner ?? valid, index: nil)
                }
                return Slot(offset: offsets[slot], index: slot)
            }
        }
    }
}
