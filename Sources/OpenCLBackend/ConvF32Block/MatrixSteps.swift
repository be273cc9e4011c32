import Tensors

/// The lists of a float convolution as `conv_f32_block_mma` walks them: steps of four quads of neighbouring channels, and their
/// weights as fragments, rounded.
struct MatrixSteps {
    /// The lists of some neighbouring groups of outputs that have the same taps.
    struct List {
        var firstStep: Int
        var stepCount: Int
        /// In units of a warp's load.
        var firstWeight: Int
        var groups: Range<Int>
    }

    /// Two for each quad: floats from an output pixel's origin to its channels, and the bits of those that take part.
    private(set) var quads: [Int32] = []
    /// `[step][group][multiplication][lane][4]` words for each list.
    private(set) var weights: [UInt32] = []
    private(set) var lists: [List] = []
    /// Whether some quad lacks a channel.
    private(set) var isMasked = false

    private let precision: FloatPrecision
    /// Multiplications for four quads.
    private var calls: Int { precision == .tf32 ? 2 : 1 }
    private static let lanes = 32

    /// - Parameters:
    ///   - floats: 16 for each tap and group, in list order.
    ///   - largest: how many groups may share a list: 1, 2 or 4.
    init(_ steps: FloatSteps, _ floats: UnsafeBufferPointer<Float>, _ precision: FloatPrecision, largest: Int) {
        self.precision = precision
        var known: [Range<Int>: Range<Int>] = [:]
        var next = 0
        while next < steps.lists.count {
            let members = Self.members(steps.lists[next...], largest: largest)
            next = members.endIndex
            let source = steps.lists[members.startIndex]
            let walked = source.firstStep..<source.firstStep + source.stepCount
            let range = known[walked] ?? appendQuads(steps, walked)
            known[walked] = range
            lists.append(
                List(
                    firstStep: range.lowerBound, stepCount: range.count,
                    firstWeight: weights.count / (Self.lanes * 4),
                    groups: source.groups.lowerBound..<members[members.endIndex - 1].groups.upperBound))
            appendWeights(members, steps, floats)
        }
    }

    /// The first of some lists with those behind it that have the same taps, as far as they make 1, 2 or 4 groups.
    private static func members(_ lists: ArraySlice<FloatSteps.List>, largest: Int) -> ArraySlice<FloatSteps.List> {
        guard let first = lists.first else { preconditionFailure("there is a list") }
        var (groups, end) = (0, lists.startIndex)
        var best = lists.startIndex + 1
        for list in lists {
            guard list.firstStep == first.firstStep, list.stepCount == first.stepCount,
                list.groups.lowerBound == first.groups.lowerBound + groups, groups + list.groups.count <= largest
            else { break }
            groups += list.groups.count
            end += 1
            if groups & (groups - 1) == 0 { best = end }
        }
        return lists[lists.startIndex..<best]
    }

    private mutating func appendQuads(_ steps: FloatSteps, _ range: Range<Int>) -> Range<Int> {
        let first = quads.count / 8
        for step in range {
            quads += steps.steps[2 * step..<2 * step + 2]
            isMasked = isMasked || steps.steps[2 * step + 1] != 15
        }
        // A place that may be read, of which nothing takes part.
        while quads.count % 8 != 0 {
            quads += [steps.steps[2 * range.upperBound - 2], 0]
            isMasked = true
        }
        return first..<quads.count / 8
    }

    private mutating func appendWeights(
        _ members: ArraySlice<FloatSteps.List>, _ steps: FloatSteps, _ floats: UnsafeBufferPointer<Float>
    ) {
        let groups = members.reduce(0) { $0 + $1.groups.count }
        let perStep = groups * calls * Self.lanes * 4
        let count = (members[members.startIndex].stepCount + 3) / 4
        let base = weights.count
        weights += [UInt32](repeating: 0, count: count * perStep)
        var group = 0
        for list in members {
            var tap = list.firstWeight * 16
            for step in 0..<list.stepCount {
                let mask = steps.steps[2 * (list.firstStep + step) + 1]
                for channel in 0..<4 where mask & 1 << Int32(channel) != 0 {
                    for member in list.groups.indices {
                        let at = base + step / 4 * perStep + (group + member - list.groups.lowerBound) * calls * 128
                        for output in 0..<16 {
                            put(floats[tap + output], at, quad: step % 4, channel: channel, output: output)
                        }
                        tap += 16
                    }
                }
            }
            group += list.groups.count
        }
    }

    /// Writes one weight to its place in a group's fragments of a step, which begin at `base`.
    private mutating func put(_ weight: Float, _ base: Int, quad: Int, channel: Int, output: Int) {
        // Of two multiplications of 8 columns, which has the output, and in which column.
        let (tile, column) = (output / 2 % 2, output / 4 * 2 + output % 2)
        let lane = column * 4 + quad
        switch precision {
        case .float32: preconditionFailure("float32 is not rounded")
        case .tf32:
            weights[base + (channel / 2 * Self.lanes + lane) * 4 + tile * 2 + channel % 2] =
                weight.roundedToTF32.bitPattern
        case .float16:
            weights[base + lane * 4 + tile * 2 + channel / 2] |=
                UInt32(Float16(weight).bitPattern) << UInt32(channel % 2 * 16)
        }
    }
}
