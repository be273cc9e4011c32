import Lowering
import Tensors
import TestSupport
import Testing

@Suite struct BlockListsTests {
    /// Adding up what the lists hold gives the weights less their zero points, and nothing else.
    @Test(arguments: 0..<60) func listsHoldTheWeights(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let group = [1, 1, 2, 5][seed % 4]
        let (channels, outputs) = (Int.random(in: 1...21, using: &random), Int.random(in: 1...40, using: &random))
        let kernel =
            seed % 3 == 0 ? [3] : [Int.random(in: 1...3, using: &random), Int.random(in: 1...7, using: &random)]
        let shape = [outputs * group, channels] + kernel
        let signed = seed % 2 == 0
        let isPacked = group == 1 && channels <= 4
        let taps = kernel.reduce(1, *)
        let wide = seed % 5 == 0
        let zeroPoints = (0..<shape[0]).map { _ -> Int32 in
            wide ? Int32.random(in: signed ? -128...127 : 0...255, using: &random) : signed ? 0 : 128
        }
        let integers = (0..<shape.reduce(1, *)).map { index in
            Int.random(in: 0..<4, using: &random) == 0
                ? Int.random(in: signed ? -128...127 : 0...255, using: &random)
                : Int(zeroPoints[index / (channels * taps)])
        }
        let coordinates = BlockCoordinates(channels: channels * group, kernel: kernel, isPacked: isPacked)
        let lists = try BlockLists(
            weights: Tensor.bytes(integers, shape: shape, signed: signed), zeroPoints: zeroPoints, group: group,
            coordinates: coordinates)

        let sources = coordinates.sources()
        var found = [Int](repeating: 0, count: integers.count)
        var strays = 0
        for pair in 0..<lists.pairs {
            let list = lists.list(ofPair: pair)
            var (block, name) = (list.firstBlock, list.firstEntry)
            for (count, halves) in [(list.both, [0, 1]), (list.first, [0]), (list.second, [1])] {
                for _ in 0..<count {
                    let entry = Int(lists.entries[name])
                    name += 1
                    for half in halves {
                        let bytes = (0..<64).map { Int(lists.blocks.address[block + $0]) }
                        block += 64
                        #expect(bytes.contains { $0 != 0 }, "seed \(seed): a block of zeros")
                        for (place, value) in bytes.enumerated() where value != 0 {
                            let output = pair * 32 + half * 16 + place / 4
                            let source = Int(sources[entry * 4 + place % 4])
                            let index = source - output / outputs * channels * taps
                            if output < shape[0], source >= 0, index >= 0, index < channels * taps {
                                found[output * channels * taps + index] += value
                            } else {
                                strays += 1
                            }
                        }
                    }
                }
            }
        }
        let centred = integers.enumerated().map { $1 - Int(zeroPoints[$0 / (channels * taps)]) }
        #expect(found == centred, "seed \(seed)")
        #expect(strays == 0, "seed \(seed)")
        for output in 0..<shape[0] {
            let sum = centred[(output * channels * taps)..<((output + 1) * channels * taps)].reduce(0, +)
            #expect(Int(lists.sums[output]) == sum, "seed \(seed), output \(output)")
        }
    }

    /// A stem's row of 7 x 3 bytes is 6 quads, where groups of 16 channels would take 7.
    @Test func packedRowsAreCutAcrossPixels() throws {
        let weights = Tensor.bytes([Int](repeating: 1, count: 64 * 3 * 7 * 7), shape: [64, 3, 7, 7], signed: true)
        func count(isPacked: Bool) throws -> Int {
            try BlockLists(
                weights: weights, zeroPoints: [Int32](repeating: 0, count: 64), group: 1,
                coordinates: BlockCoordinates(channels: 3, kernel: [7, 7], isPacked: isPacked)
            ).entries.count
        }
        #expect(try count(isPacked: true) == 2 * 7 * 6)
        #expect(try count(isPacked: false) == 2 * 7 * 7)
    }
}
