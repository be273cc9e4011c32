import Lowering
import Runtime

/// The lists of a float convolution as `conv_f32_block` walks them: steps of four neighbouring channels at one place of the
/// kernel, with a bit for each that takes part.
struct FloatSteps {
    /// A list: the taps of one group of 16 outputs, or of two neighbouring ones.
    struct List {
        var firstStep: Int
        var stepCount: Int
        /// In units of 16 floats.
        var firstWeight: Int
        var groups: Range<Int>
    }

    /// Two for each step: floats from an output pixel's origin to the four channels, and the bits. One step more than lists have.
    private(set) var steps: [Int32] = []
    private(set) var lists: [List] = []

    /// - Parameter shape: of the input.
    /// - Returns: nil if an offset does not fit 32 bits.
    init?(_ lists: ConvF32BlockLists, _ offsets: BlockedOffsets) {
        guard let floats = lists.offsets(in: offsets) else { return nil }
        // Lists of all taps share them.
        var known: [Range<Int>: Range<Int>] = [:]
        for list in lists.lists.indices {
            let entries = lists.entries(list)
            let range = known[entries] ?? append(lists.taps[entries], floats[entries])
            known[entries] = range
            self.lists.append(
                List(
                    firstStep: range.lowerBound, stepCount: range.count, firstWeight: lists.firstWeight(list) / 16,
                    groups: lists.groups(list)))
        }
        steps += [0, 0]
    }

    /// Depthwise: each tap is a step of 16 channels.
    ///
    /// - Returns: nil if an offset does not fit 32 bits.
    init?(depthwise lists: ConvF32BlockLists, _ offsets: BlockedOffsets) {
        guard let floats = lists.offsets(in: offsets) else { return nil }
        steps = floats.flatMap { [$0, 0] } + [0, 0]
        self.lists = lists.lists.indices.map { list in
            let entries = lists.entries(list)
            return List(
                firstStep: entries.lowerBound, stepCount: entries.count, firstWeight: lists.firstWeight(list) / 16,
                groups: lists.groups(list))
        }
    }

    /// Lists that the caller makes of `append` and `appendList`.
    init() {}

    /// A step more than lists have, since the kernel fetches one ahead.
    mutating func finish() { steps += [0, 0] }

    mutating func appendList(_ steps: Range<Int>, firstWeight: Int, groups: Range<Int>) {
        lists.append(
            List(firstStep: steps.lowerBound, stepCount: steps.count, firstWeight: firstWeight, groups: groups))
    }

    /// Steps for some taps, which follow each other in the order of a list.
    private mutating func append(_ taps: ArraySlice<ConvF32BlockLists.Tap>, _ offsets: ArraySlice<Int32>) -> Range<Int>
    {
        let first = steps.count / 2
        var previous: ConvF32BlockLists.Tap?
        for (tap, offset) in zip(taps, offsets) {
            let lane = tap.channel % 4
            var place = tap
            place.channel -= lane
            if place != previous { steps += [offset - lane, 0] }
            previous = place
            steps[steps.count - 1] |= 1 << lane
        }
        return first..<steps.count / 2
    }

    /// Steps for all of some channels at one place of the kernel.
    ///
    /// - Parameter offset: floats from an output pixel's origin to the first channel's place.
    mutating func append(channels: Range<Int>, offset: Int32) {
        for channel in channels {
            let lane = Int32(channel % 4)
            if channel == channels.lowerBound || lane == 0 {
                steps += [offset + Int32(channel - channels.lowerBound) - lane, 0]
            }
            steps[steps.count - 1] |= 1 << lane
        }
    }

    /// A step for one tap of a depthwise convolution.
    mutating func append(offset: Int32) { steps += [offset, 0] }

    var stepCount: Int { steps.count / 2 }

    /// What the kernel takes for some lists: first step, steps, first weight, first group of each.
    static func table(_ lists: [List]) -> [Int32] {
        lists.flatMap { [$0.firstStep, $0.stepCount, $0.firstWeight, $0.groups.lowerBound].map(Int32.init) }
    }
}
