import ModelGraph
import Optimizers
import Tensors

/// Which weights of a layer are zero, in the order group, tap of the kernel, output, input; and which pattern has it so.
struct WeightMask {
    private let groups: Int
    private let taps: Int
    private let outputs: Int
    private let inputs: Int
    private let isZero: [Bool]
    /// Weights that are zero.
    let zeroCount: Int
    /// How many zeros rounding to integers may have made of weights that were none; 0 for floats.
    private let roundingAllowance: Int

    /// All weights.
    var count: Int { isZero.count }

    /// - Parameters:
    ///   - zeroPoints: of an integer weight, one for all or one for each output of all groups; nil for floats.
    /// - Returns: nil for an element type without weights, for a weight without elements, or zero points that do not fit.
    init?(_ weight: Tensor, _ arrangement: WeightArrangement, zeroPoints: [Int]?) {
        let outputCount = arrangement.groups * arrangement.outputs
        if let zeroPoints {
            guard [.int8, .uint8].contains(weight.elementType),
                zeroPoints.count == 1 || zeroPoints.count == outputCount
            else { return nil }
        } else {
            guard [.float32, .float16].contains(weight.elementType) else { return nil }
        }
        guard weight.elementCount > 0 else { return nil }
        (groups, taps) = (arrangement.groups, arrangement.taps)
        (outputs, inputs) = (arrangement.outputs, arrangement.inputs)
        var isZero: [Bool] = []
        isZero.reserveCapacity(weight.elementCount)
        // Weights that are one step of the integers from zero, and up to four.
        var (count, nearest, near) = (0, 0, 0)
        let zeros = zeroPoints ?? [0]
        // Large weights are read where they lie.
        func add(_ distance: Int) {
            isZero.append(distance == 0)
            if distance == 0 {
                count += 1
            } else if abs(distance) <= 4 {
                near += 1
                if abs(distance) == 1 { nearest += 1 }
            }
        }
        func zeroPoint(_ output: Int) -> Int { zeros.count == 1 ? zeros[0] : zeros[output] }
        switch weight.elementType {
        case .int8:
            weight.withElements(of: Int8.self) { values in
                arrangement.forEach { add(Int(values[$0]) - zeroPoint($1)) }
            }
        case .uint8:
            weight.withElements(of: UInt8.self) { values in
                arrangement.forEach { add(Int(values[$0]) - zeroPoint($1)) }
            }
        case .float32:
            weight.withElements(of: Float.self) { values in
                arrangement.forEach { index, _ in add(values[index] == 0 ? 0 : 5) }
            }
        default:
            let values = weight.floats()
            arrangement.forEach { index, _ in add(values[index] == 0 ? 0 : 5) }
        }
        (self.isZero, zeroCount) = (isZero, count)
        // Of weights that vary smoothly as many fall on 0 as on a neighbour: more than twice that is no rounding. Few weights
        // vary by chance: three standard deviations of their count, and three.
        let expected = Double(max(nearest, near / 4))
        roundingAllowance = zeroPoints == nil ? 0 : Int(expected + 3 * expected.squareRoot() + 3)
    }

    /// Blocks of a pattern without anything but zeros, of those there are, and the weights in them.
    ///
    /// Blocks at the edges are smaller.
    func emptyBlocks(outputs height: Int, inputs width: Int) -> (empty: Int, all: Int, weights: Int) {
        var (empty, all, weights) = (0, 0, 0)
        isZero.withUnsafeBufferPointer { isZero in
            for plane in 0..<(groups * taps) {
                let start = plane * outputs * inputs
                for top in stride(from: 0, to: outputs, by: height) {
                    let bottom = top + min(height, outputs - top)
                    for left in stride(from: 0, to: inputs, by: width) {
                        let right = left + min(width, inputs - left)
                        all += 1
                        let holds = (top..<bottom).contains { output in
                            let row = start + output * inputs
                            return isZero[(row + left)..<(row + right)].contains(false)
                        }
                        if !holds {
                            empty += 1
                            weights += (bottom - top) * (right - left)
                        }
                    }
                }
            }
        }
        return (empty, all, weights)
    }

    /// Output channels without anything but zeros at all taps, of those there are, and the weights in them.
    func emptyChannels() -> (empty: Int, all: Int, weights: Int) {
        var empty = 0
        for group in 0..<groups {
            empty += (0..<outputs).count { output in
                (0..<taps).allSatisfy { tap in
                    let row = ((group * taps + tap) * outputs + output) * inputs
                    return !isZero[row..<(row + inputs)].contains(false)
                }
            }
        }
        return (empty, groups * outputs, empty * taps * inputs)
    }

    /// Of every `length` neighbouring inputs the most that are not zero, and the zeros that follow from it.
    private func shares(of length: Int) -> (kept: Int, zeros: Int) {
        guard inputs >= length else { return (length, 0) }
        var kept = 0
        let rows = stride(from: 0, to: isZero.count, by: inputs)
        for row in rows {
            for start in stride(from: row, through: row + inputs - length, by: length) {
                kept = max(kept, isZero[start..<(start + length)].count { !$0 })
            }
        }
        let whole = isZero.count / inputs * (inputs / length) * (length - kept)
        var zeros = whole
        if inputs % length > 0 {
            for row in rows {
                let rest = isZero[(row + inputs - inputs % length)..<(row + inputs)]
                zeros += min(rest.count { $0 }, length - kept)
            }
        }
        return (kept, zeros)
    }

    /// Blocks that are empty under a pattern, of those there are; nil for N:M, which has no empty blocks.
    func emptyBlocks(of pattern: PruningPattern) -> (empty: Int, all: Int)? {
        switch pattern {
        case .channels:
            let found = emptyChannels()
            return (found.empty, found.all)
        case .blocks(let outputs, let inputs):
            let found = emptyBlocks(outputs: outputs, inputs: inputs)
            return (found.empty, found.all)
        case .share: return nil
        }
    }

    /// The largest pattern that has all zeros in its empty blocks, apart from those that rounding may have made; nil where
    /// there are no others, or none at all.
    ///
    /// - Parameter also: patterns to look for beside those that are common.
    func pattern(also: [PruningPattern] = []) -> PruningPattern? {
        guard zeroCount > roundingAllowance else { return nil }
        if explains(emptyChannels().weights) { return .channels }
        let extra = also.compactMap { pattern -> (Int, Int)? in
            if case .blocks(let outputs, let inputs) = pattern { (outputs, inputs) } else { nil }
        }
        let sides = WeightMask.commonBlocks.filter { common in !extra.contains { $0 == common } } + extra
        let ordered = sides.sorted { ($0.0 * $0.1, $0.0) > ($1.0 * $1.1, $1.0) }
        for (height, width) in ordered where height * width > 1 {
            // A block that is larger than the layer goes by the smallest that covers as much of it.
            let covers = ordered.contains { other in
                other.0 * other.1 < height * width && min(other.0, outputs) == min(height, outputs)
                    && min(other.1, inputs) == min(width, inputs)
            }
            if !covers, min(height, outputs) * min(width, inputs) > 1,
                explains(emptyBlocks(outputs: height, inputs: width).weights)
            {
                return .blocks(outputs: height, inputs: width)
            }
        }
        let lengths = also.compactMap { pattern -> Int? in
            if case .share(_, let length) = pattern { length } else { nil }
        }
        for length in lengths + [2, 4, 8, 16] {
            let (kept, zeros) = shares(of: length)
            if kept < length, explains(zeros) { return .share(kept: kept, of: length) }
        }
        return .blocks(outputs: 1, inputs: 1)
    }

    /// Whether weights have no more than N of M neighbours; true for patterns that say nothing of that.
    func keepsShare(of pattern: PruningPattern) -> Bool {
        guard case .share(let kept, let length) = pattern else { return true }
        return shares(of: length).kept <= kept
    }

    private static let commonBlocks = [(16, 16), (16, 4), (8, 4), (4, 4), (4, 1), (1, 4)]

    private func isExplained(_ zeros: Int) -> Bool { zeroCount - zeros <= roundingAllowance }

    /// Whether zeros that are not among these may come of rounding.
    private func explains(_ zeros: Int) -> Bool { zeros > 0 && isExplained(zeros) }
}

/// How a weight's elements lie in memory.
struct WeightArrangement {
    let groups: Int
    /// Of one group.
    let outputs: Int
    let inputs: Int
    let taps: Int
    private let outputStride: Int
    private let inputStride: Int

    /// A convolution's weight `[M, C / group, kernel...]`; nil for another shape.
    init?(convolution shape: [Int], group: Int) {
        guard shape.count >= 3, group > 0, shape[0] % group == 0 else { return nil }
        taps = shape[2...].reduce(1, *)
        (groups, outputs, inputs) = (group, shape[0] / group, shape[1])
        (outputStride, inputStride) = (inputs * taps, taps)
    }

    /// A matrix product's right operand `[K, N]`, or `[N, K]` where it is transposed; nil for another rank.
    init?(product shape: [Int], isTransposed: Bool) {
        guard shape.count == 2 else { return nil }
        (groups, taps) = (1, 1)
        (outputs, inputs) = isTransposed ? (shape[0], shape[1]) : (shape[1], shape[0])
        (outputStride, inputStride) = isTransposed ? (inputs, 1) : (1, outputs)
    }

    /// Calls `body` for each element in the order of `WeightMask`, with its output among those of all groups.
    func forEach(_ body: (_ index: Int, _ output: Int) -> Void) {
        for group in 0..<groups {
            for tap in 0..<taps {
                for output in (group * outputs)..<((group + 1) * outputs) {
                    for input in 0..<inputs { body(output * outputStride + input * inputStride + tap, output) }
                }
            }
        }
    }
}
