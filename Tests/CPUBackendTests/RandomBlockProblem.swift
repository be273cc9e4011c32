import CMicrokernels
import TestSupport

/// A random problem of `conv_u8_block`, with all three parts of the lists, the last pair of one group or two, and its definition
/// written out as loops.
struct RandomBlockProblem {
    /// A pair's list, as in `mk_block_list`.
    struct List {
        var block: Int
        var offset: Int
        var both: Int
        var first: Int
        var second: Int
    }

    var groups: Int
    var width: Int
    var rows: Int
    var pixelStep: Int
    var rowStep: Int
    var lists: [List] = []
    var blocks: [Int8] = []
    var offsets: [Int32] = []
    var input: [UInt8]
    var bias: [Int32]
    var multiplier: [Float]
    var low: Float
    var high: Float
    var zeroPoint: Int32
    var addition: Addition?

    /// As in `mk_u8_addition`, with the other operand's bytes laid out as the output's.
    struct Addition {
        var other: [UInt8]
        var convolutionScale: Float
        var otherScale: Float
        var scale: Float
        var otherZeroPoint: Float
        var low: Float
        var high: Float
        var zeroPoint: Int32
    }

    var outputBytes: Int { groups * rows * width * 16 }

    /// - Parameter extreme: weights are -128 or 127 and most activations 255, where sums of 16 bits saturate.
    init(seed: UInt64, extreme: Bool) {
        var random = SeededGenerator(seed: seed)
        groups = Int.random(in: 1...5, using: &random)
        width = Int.random(in: 1...33, using: &random)
        rows = Int.random(in: 1...4, using: &random)
        pixelStep = [3, 6, 16, 32, 48].randomElement(using: &random) ?? 16
        rowStep = width * pixelStep + Int.random(in: 0...40, using: &random)
        let room = 4096
        let runs = Bool.random(using: &random)
        for pair in 0..<(groups + 1) / 2 {
            let isWhole = pair * 2 + 1 < groups
            let list = List(
                block: blocks.count, offset: offsets.count, both: isWhole ? Int.random(in: 0...30, using: &random) : 0,
                first: Int.random(in: 0...30, using: &random),
                second: isWhole ? Int.random(in: 0...30, using: &random) : 0)
            lists.append(list)
            let magnitude = Int8.random(in: 1...127, using: &random)
            for _ in 0..<(list.both * 2 + list.first + list.second) * 64 {
                blocks.append(
                    extreme
                        ? (Bool.random(using: &random) ? 127 : -128)
                        : .random(in: -magnitude...magnitude, using: &random))
            }
            for index in 0..<list.both + list.first + list.second {
                // In half of the problems the four quads of a pixel follow one another, as in a dense list.
                if runs, index % 4 != 0, let last = offsets.last {
                    offsets.append(last + 4)
                } else {
                    offsets.append(Int32.random(in: 0..<Int32(room - 16), using: &random))
                }
            }
        }
        input = (0..<room + rowStep * rows).map { _ in
            extreme && Int.random(in: 0..<8, using: &random) > 0 ? 255 : UInt8.random(in: 0...255, using: &random)
        }
        bias = (0..<groups * 16).map { _ in .random(in: -20_000...20_000, using: &random) }
        let scale = 1 / Float.random(in: 1...(extreme ? 40_000 : 4_000), using: &random)
        multiplier = (0..<groups * 16).map { _ in scale * Float.random(in: 0.5...1.5, using: &random) }
        zeroPoint = .random(in: 0...255, using: &random)
        low = Float(-zeroPoint)
        high = Float(255 - zeroPoint)
        guard Bool.random(using: &random) else { return }
        let other = (0..<outputBytes).map { _ in UInt8.random(in: 0...255, using: &random) }
        // Powers of two, so that many quotients lie halfway between integers.
        addition = Addition(
            other: other, convolutionScale: [0.25, 0.013, 1].randomElement(using: &random) ?? 1, otherScale: 0.5,
            scale: [0.5, 0.75, 0.031].randomElement(using: &random) ?? 1,
            otherZeroPoint: .random(in: 0...255, using: &random).rounded(), low: -100, high: 155, zeroPoint: 100)
    }

    /// The output by its definition: groups, rows, pixels, 16 bytes.
    func defined() -> [UInt8] {
        var output: [UInt8] = []
        for group in 0..<groups {
            let list = lists[group / 2]
            let half = group % 2
            // For each entry: the byte of its block, and the index of its offset.
            var entries = (0..<list.both).map { (list.block + $0 * 128 + half * 64, list.offset + $0) }
            let alone = half == 0 ? list.first : list.second
            let skipped = half == 0 ? 0 : list.first
            for entry in skipped..<skipped + alone {
                entries.append((list.block + list.both * 128 + entry * 64, list.offset + list.both + entry))
            }
            for row in 0..<rows {
                for column in 0..<width {
                    let pixel = row * rowStep + column * pixelStep
                    for lane in 0..<16 {
                        var sum = bias[group * 16 + lane]
                        for (block, offset) in entries {
                            for tap in 0..<4 {
                                let x = Int32(input[pixel + Int(offsets[offset]) + tap])
                                sum &+= Int32(blocks[block + lane * 4 + tap]) &* x
                            }
                        }
                        output.append(stored(sum, channel: group * 16 + lane, at: output.count))
                    }
                }
            }
        }
        return output
    }

    private func stored(_ sum: Int32, channel: Int, at index: Int) -> UInt8 {
        let v = min(max(Float(sum) * multiplier[channel], low), high).rounded(.toNearestOrEven)
        guard let addition else { return UInt8(Int32(v) + zeroPoint) }
        let convolved = v * addition.convolutionScale
        let residual = (Float(addition.other[index]) - addition.otherZeroPoint) * addition.otherScale
        let quotient = (convolved + residual) / addition.scale
        let q = min(max(quotient, addition.low), addition.high).rounded(.toNearestOrEven)
        return UInt8(Int32(q) + addition.zeroPoint)
    }
}
