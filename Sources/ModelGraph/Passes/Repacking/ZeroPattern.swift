import Tensors

/// Which weights of an integer convolution or product are not zero, and how many blocks of 16 outputs x 4 inputs hold one.
///
/// It changes with the channels' order as the weights would.
struct ZeroPattern {
    /// What kernels leave out where it is zero.
    static let blockOutputs = 16
    static let blockInputs = 4

    let outputs: Int
    let inputs: Int
    let taps: Int
    /// `[output][input][tap]`, 1 where a weight is not zero.
    private var kept: [UInt8]

    /// Where a node has its weights, with the dimensions of their outputs and inputs.
    struct Place: Hashable {
        let node: Int
        /// The node's input that is the weights.
        let input: Int
        let outputDimension: Int
        let inputDimension: Int
    }

    /// The place of the weights of an integer convolution without groups, or of an integer product; nil for other nodes.
    static func place(of node: Node, _ index: Int) -> Place? {
        switch node.operatorType {
        case "QLinearConv", "ConvInteger":
            guard node.int("group") ?? 1 == 1 else { return nil }
            return Place(
                node: index, input: node.operatorType == "QLinearConv" ? 3 : 1, outputDimension: 0, inputDimension: 1)
        case "QGemm":
            let isTransposed = node.int("transB") ?? 0 != 0
            return Place(
                node: index, input: 3, outputDimension: isTransposed ? 0 : 1, inputDimension: isTransposed ? 1 : 0)
        case "QLinearMatMul", "MatMulInteger":
            return Place(
                node: index, input: node.operatorType == "QLinearMatMul" ? 3 : 1, outputDimension: 1, inputDimension: 0)
        default: return nil
        }
    }

    /// - Parameters:
    ///   - weights: of 8-bit integers, `[M, C, kernel...]` or a matrix.
    ///   - zeroPoints: the integers that stand for zero: one, or one for each output.
    init?(_ weights: Tensor, _ place: Place, zeroPoints: [Int]) {
        guard weights.rank >= 2, weights.elementCount > 0,
            zeroPoints.count == 1 || place.outputDimension < weights.rank,
            [.int8, .uint8].contains(weights.elementType)
        else { return nil }
        outputs = weights.shape[place.outputDimension]
        inputs = weights.shape[place.inputDimension]
        taps = weights.elementCount / (outputs * inputs)
        guard zeroPoints.count == 1 || zeroPoints.count == outputs else { return nil }
        let zeros = zeroPoints.map { UInt8(truncatingIfNeeded: $0) }
        let (outputs, inputs, taps) = (outputs, inputs, taps)
        let (outputStride, inputStride) =
            place.outputDimension == 0 ? (inputs * taps, taps) : (1, outputs)
        kept = [UInt8](repeating: 0, count: weights.elementCount)
        weights.withUnsafeBytes { source in
            kept.withUnsafeMutableBufferPointer { kept in
                for output in 0..<outputs {
                    let zero = zeros[zeros.count == 1 ? 0 : output]
                    for input in 0..<inputs {
                        let (from, to) = (output * outputStride + input * inputStride, (output * inputs + input) * taps)
                        for tap in 0..<taps where source[from + tap] != zero { kept[to + tap] = 1 }
                    }
                }
            }
        }
    }

    private var keptWeights: Int { kept.withUnsafeBufferPointer { $0.reduce(0) { $0 + Int($1) } } }

    /// The share of weights that are zero.
    var zeroShare: Double { 1 - Double(keptWeights) / Double(kept.count) }

    /// The share of the weights in so many blocks that is not zero.
    func filling(ofBlocks count: Int) -> Double {
        count == 0 ? 1 : Double(keptWeights) / Double(count * Self.blockOutputs * Self.blockInputs)
    }

    var possibleBlocks: Int {
        ((outputs + Self.blockOutputs - 1) / Self.blockOutputs) * ((inputs + Self.blockInputs - 1) / Self.blockInputs)
            * taps
    }

    /// How many blocks hold a weight that is not zero.
    var keptBlocks: Int {
        outputRows().unions(of: Array(0..<outputs), size: Self.blockOutputs).bitCount
    }

    /// For each output, which quads of inputs at which taps it reads.
    func outputRows() -> BitRows {
        let quads = (inputs + Self.blockInputs - 1) / Self.blockInputs
        return rows(outputs, bits: quads * taps) { output, input, tap in (output, input / Self.blockInputs * taps + tap)
        }
    }

    /// For each input, which groups of 16 outputs read it at which taps.
    func inputRows() -> BitRows {
        let groups = (outputs + Self.blockOutputs - 1) / Self.blockOutputs
        return rows(inputs, bits: groups * taps) { output, input, tap in
            (input, output / Self.blockOutputs * taps + tap)
        }
    }

    @inline(__always)
    private func rows(
        _ count: Int, bits: Int, _ position: (_ output: Int, _ input: Int, _ tap: Int) -> (row: Int, bit: Int)
    ) -> BitRows {
        var rows = BitRows(count: count, bits: bits)
        let words = rows.words
        rows.bits.withUnsafeMutableBufferPointer { bits in
            kept.withUnsafeBufferPointer { kept in
                var index = 0
                for output in 0..<outputs {
                    for input in 0..<inputs {
                        for tap in 0..<taps {
                            if kept[index] != 0 {
                                let (row, bit) = position(output, input, tap)
                                bits[row * words + bit >> 6] |= 1 << UInt64(bit & 63)
                            }
                            index += 1
                        }
                    }
                }
            }
        }
        return rows
    }

    /// Puts outputs into another order: `order[place]` is the one that takes a place.
    mutating func reorderOutputs(_ order: [Int]) {
        let length = inputs * taps
        kept = order.flatMap { kept[($0 * length)..<(($0 + 1) * length)] }
    }

    /// Puts inputs into another order.
    mutating func reorderInputs(_ order: [Int]) {
        let old = kept
        old.withUnsafeBufferPointer { old in
            kept.withUnsafeMutableBufferPointer { kept in
                for output in 0..<outputs {
                    for (place, input) in order.enumerated() {
                        let (from, to) = ((output * inputs + input) * taps, (output * inputs + place) * taps)
                        for tap in 0..<taps { kept[to + tap] = old[from + tap] }
                    }
                }
            }
        }
    }
}

/// Rows of bits, each of whole words.
struct BitRows {
    let count: Int
    let words: Int
    /// `[row][word]`.
    var bits: [UInt64]

    init(count: Int, bits: Int) {
        self.count = count
        words = (bits + 63) / 64
        self.bits = [UInt64](repeating: 0, count: count * words)
    }
}
