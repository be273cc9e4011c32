import ModelGraph
import Tensors

/// A weight tensor seen as the blocks that the kernels of the cpu device keep or leave out: 16 outputs x 4 inputs of 8-bit
/// weights, 16 outputs x 1 input of floats, at one tap of the kernel. Blocks at the edges are smaller.
package struct WeightBlocks: Sendable {
    /// Outputs of a block.
    package static let outputs = 16

    private let groups: Int
    private let outputsOfGroup: Int
    private let inputs: Int
    private let taps: Int
    private let inputsOfBlock: Int
    private let outputStride: Int
    private let inputStride: Int
    private let elementBytes: Int

    /// The blocks of a convolution's weight `[M, C / group, kernel...]`.
    ///
    /// - Parameter kind: the element type whose blocks are meant, for a weight that will be quantized; its own if nil.
    /// - Returns: nil for element types without kernels, and where a group has a single input channel: depthwise
    ///   convolutions have no blocks.
    package init?(convolution type: TensorType, group: Int, as kind: ElementType? = nil) {
        guard type.rank >= 3, group > 0, type.shape[0] % group == 0, type.shape[1] > 1, type.elementCount > 0 else {
            return nil
        }
        let taps = type.shape[2...].reduce(1, *)
        self.init(
            type, groups: group, outputs: type.shape[0] / group, inputs: type.shape[1], taps: taps,
            outputStride: type.shape[1] * taps, inputStride: taps, kind: kind)
    }

    /// The blocks of a matrix product's right operand `[K, N]`, or `[N, K]` where it is transposed.
    ///
    /// - Returns: nil for element types without kernels, and for other ranks.
    package init?(product type: TensorType, isTransposed: Bool) {
        guard type.rank == 2, type.elementCount > 0 else { return nil }
        let (rows, columns) = (type.shape[0], type.shape[1])
        self.init(
            type, groups: 1, outputs: isTransposed ? rows : columns, inputs: isTransposed ? columns : rows, taps: 1,
            outputStride: isTransposed ? columns : 1, inputStride: isTransposed ? 1 : columns)
    }

    private init?(
        _ type: TensorType, groups: Int, outputs: Int, inputs: Int, taps: Int, outputStride: Int, inputStride: Int,
        kind: ElementType? = nil
    ) {
        switch kind ?? type.elementType {
        case .int8, .uint8: inputsOfBlock = 4
        case .float32: inputsOfBlock = 1
        default: return nil
        }
        elementBytes = type.elementType.byteCount
        self.groups = groups
        outputsOfGroup = outputs
        self.inputs = inputs
        self.taps = taps
        self.outputStride = outputStride
        self.inputStride = inputStride
    }

    private var outputBlocks: Int { (outputsOfGroup + WeightBlocks.outputs - 1) / WeightBlocks.outputs }
    private var inputBlocks: Int { (inputs + inputsOfBlock - 1) / inputsOfBlock }

    /// How many blocks there are.
    package var count: Int { groups * outputBlocks * inputBlocks * taps }

    /// The share of blocks that hold anything but zeros.
    ///
    /// - Parameter zeroPoints: the integer that stands for zero, one for all or one for each output; ignored for floats.
    package func density(of weight: Tensor, zeroPoints: [UInt8] = [0]) -> Double {
        let kept = weight.withUnsafeBytes { bytes in
            (0..<count).count { block in
                !elements(of: block).allSatisfy { index, output in
                    isZero(bytes, index, zeroPoints[zeroPoints.count == 1 ? 0 : output])
                }
            }
        }
        return Double(kept) / Double(count)
    }

    /// Makes a share of the blocks zero: as many as that share of `count` rounds to, chosen by the seed.
    package func zero(_ share: Double, of weight: inout Tensor, zeroPoints: [UInt8] = [0], seed: UInt64) {
        var numbers = SplitMix64(seed: seed)
        let chosen = (0..<count).shuffled(using: &numbers).prefix(Int((share * Double(count)).rounded()))
        weight.withUnsafeMutableBytes { bytes in
            for block in chosen {
                for (index, output) in elements(of: block) {
                    let byte = elementBytes == 1 ? zeroPoints[zeroPoints.count == 1 ? 0 : output] : 0
                    for offset in 0..<elementBytes { bytes[index * elementBytes + offset] = byte }
                }
            }
        }
    }

    /// The elements of a block, each with its output.
    private func elements(of block: Int) -> some Sequence<(index: Int, output: Int)> {
        let tap = block % taps
        let inputBlock = block / taps % inputBlocks
        let outputBlock = block / taps / inputBlocks % outputBlocks
        let group = block / taps / inputBlocks / outputBlocks
        let firstOutput = outputBlock * WeightBlocks.outputs
        let firstInput = inputBlock * inputsOfBlock
        let width = min(inputsOfBlock, inputs - firstInput)
        let height = min(WeightBlocks.outputs, outputsOfGroup - firstOutput)
        return (0..<(height * width)).lazy.map { element in
            let output = group * outputsOfGroup + firstOutput + element / width
            let input = firstInput + element % width
            return (output * outputStride + input * inputStride + tap, output)
        }
    }

    private func isZero(_ bytes: UnsafeRawBufferPointer, _ index: Int, _ zeroPoint: UInt8) -> Bool {
        if elementBytes == 1 { return bytes[index] == zeroPoint }
        return bytes.loadUnaligned(fromByteOffset: index * elementBytes, as: Float.self) == 0
    }
}
