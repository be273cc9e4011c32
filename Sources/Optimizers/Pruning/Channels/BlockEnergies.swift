import ModelGraph
import Tensors

/// How much of a layer's squared output each weight makes by itself, cut into the blocks of a pattern.
struct BlockEnergies {
    let layer: PrunableLayer
    /// Outputs and inputs of a block.
    let height: Int
    let width: Int
    /// By output, input channel and tap; they add up to 1.
    private(set) var energies: [Float]
    /// The share of blocks that is to become zero.
    let sparsity: Double

    /// - Parameters:
    ///   - squares: the mean square of each input channel.
    /// - Returns: nil for a layer without blocks of channels, or without any energy.
    init?(
        _ layer: PrunableLayer, in graph: Graph, _ pattern: PruningPattern, sparsity: Double, squares: [Double]?
    ) {
        guard case .blocks(let height, let width) = pattern, layer.groups == 1, height * width > 1,
            let matrix = LayerMatrix(layer, in: graph), squares.map({ $0.count == layer.channels }) ?? true
        else { return nil }
        (self.layer, self.height, self.width, self.sparsity) = (layer, height, width, sparsity)
        let values = matrix.weights.enumerated().map { place, weight in
            weight * weight * (squares?[place % matrix.columns / layer.taps] ?? 1)
        }
        let total = values.reduce(0, +)
        guard total > 0, total.isFinite else { return nil }
        energies = values.map { Float($0 / total) }
    }

    private var rowBlocks: Int { (layer.outputs + height - 1) / height }
    private var columnBlocks: Int { (layer.channels + width - 1) / width }

    /// Sums over the blocks that hold an output: by output, and for it by block of inputs and tap.
    var outputVectors: (count: Int, values: [Float]) {
        let size = columnBlocks * layer.taps
        var vectors = [Float](repeating: 0, count: layer.outputs * size)
        forEach { output, channel, tap, energy in
            vectors[output * size + channel / width * layer.taps + tap] += energy
        }
        return (size, vectors)
    }

    /// The same by input channel: for it by block of outputs and tap.
    var inputVectors: (count: Int, values: [Float]) {
        let size = rowBlocks * layer.taps
        var vectors = [Float](repeating: 0, count: layer.channels * size)
        forEach { output, channel, tap, energy in
            vectors[channel * size + output / height * layer.taps + tap] += energy
        }
        return (size, vectors)
    }

    /// The energies of all blocks, the least first.
    private var sortedBlocks: [Float] {
        var sums = [Float](repeating: 0, count: rowBlocks * columnBlocks * layer.taps)
        forEach { output, channel, tap, energy in
            sums[(output / height * columnBlocks + channel / width) * layer.taps + tap] += energy
        }
        return sums.sorted()
    }

    private var zeroCount: Int {
        BlockMask.zeroCount(rowBlocks * columnBlocks * layer.taps, sparsity: sparsity)
    }

    /// The energy of a block that is just kept.
    var threshold: Float {
        let blocks = sortedBlocks
        return blocks[min(zeroCount, blocks.count - 1)]
    }

    /// The share of the energy that is left at the sparsity.
    var kept: Double { sortedBlocks.dropFirst(zeroCount).reduce(0) { $0 + Double($1) } }

    /// Takes outputs and inputs in another order.
    mutating func reorder(outputs: [Int]?, inputs: [Int]?) {
        let (columns, taps, old) = (layer.columns, layer.taps, energies)
        for output in 0..<layer.outputs {
            let from = (outputs?[output] ?? output) * columns
            for channel in 0..<layer.channels {
                let source = from + (inputs?[channel] ?? channel) * taps
                for tap in 0..<taps { energies[output * columns + channel * taps + tap] = old[source + tap] }
            }
        }
    }

    private func forEach(_ body: (_ output: Int, _ channel: Int, _ tap: Int, _ energy: Float) -> Void) {
        energies.withUnsafeBufferPointer { energies in
            var place = 0
            for output in 0..<layer.outputs {
                for channel in 0..<layer.channels {
                    for tap in 0..<layer.taps {
                        body(output, channel, tap, energies[place])
                        place += 1
                    }
                }
            }
        }
    }
}
