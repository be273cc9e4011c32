import ModelGraph
import Runtime
import Tensors

/// Where the weights of a layer read the channels of groups.
struct ChannelColumns {
    let layer: PrunableLayer
    /// By group, for each channel: the columns of the layer's matrix that read it.
    let columns: [Int: [[Int]]]

    /// The layers of a graph that read channels, in its order, and what they read.
    static func all(in graph: Graph, _ groups: ChannelGroups) -> [ChannelColumns] {
        PrunableLayer.all(in: graph).map { layer in
            var columns: [Int: [[Int]]] = [:]
            // The channels of a grouped convolution are not removed one by one.
            if layer.groups == 1 {
                for (number, group) in groups.groups.enumerated() {
                    for use in group.uses
                    where use.node == layer.index && use.input == 1 && use.dimension == layer.inputDimension {
                        columns[number] = use.positions.map { positions in
                            positions.flatMap { ($0 * layer.taps)..<(($0 + 1) * layer.taps) }
                        }
                    }
                }
            }
            return ChannelColumns(layer: layer, columns: columns)
        }
    }

    /// The mask without the channels that are not kept; all outputs share it.
    func mask(_ kept: [Int: [Int]]) -> BlockMask {
        let grid = BlockGrid(layer, .blocks(outputs: layer.outputsPerGroup, inputs: 1))
        var mask = BlockMask(grid)
        var blockOf = [Int](repeating: 0, count: layer.columns)
        for (block, columns) in grid.columns.enumerated() { for column in columns { blockOf[column] = block } }
        for (group, columns) in columns {
            guard let kept = kept[group] else { continue }
            for channel in Set(columns.indices).subtracting(kept) {
                for column in columns[channel] {
                    for row in grid.rows.indices { mask.drop(row * grid.columns.count + blockOf[column]) }
                }
            }
        }
        return mask
    }
}

extension ChannelEnergies {
    /// Adds the part of a layer's squared output that its channels make by themselves.
    ///
    /// - Parameters:
    ///   - moments: of the layer's inputs, with its own outputs as targets.
    ///   - isDiagonal: whether to leave out what the positions of one channel make together.
    mutating func add(_ one: ChannelColumns, _ matrix: LayerMatrix, _ moments: LayerMoments, isDiagonal: Bool) {
        let total = (0..<matrix.outputs).reduce(0) { $0 + moments.square($1) }
        guard total > 0, total.isFinite, !one.columns.isEmpty else { return }
        let lines = (0..<matrix.outputs).map { matrix.line($0) }
        layers.append(
            Layer(
                shares: one.columns.mapValues { columns in
                    var shares = [Double](repeating: 0, count: columns.count)
                    shares.withUnsafeMutableBufferPointer { shares in
                        nonisolated(unsafe) let shares = shares
                        HostThreads.forEach(count: columns.count) { channel in
                            shares[channel] =
                                lines.reduce(0) {
                                    $0 + ChannelEnergies.energy($1, columns[channel], moments, isDiagonal)
                                } / total
                        }
                    }
                    return shares
                }))
    }

    /// Takes a group's order and losses from its elimination.
    mutating func replace(_ group: Int, by elimination: ChannelElimination) {
        for index in layers.indices { layers[index].shares[group] = nil }
        orders[group] = elimination.order
        for losses in elimination.losses {
            var shares = [Double](repeating: 0, count: elimination.order.count)
            for (channel, loss) in zip(elimination.order, losses) { shares[channel] = loss }
            layers.append(Layer(shares: [group: shares]))
        }
    }

    private static func energy(
        _ weights: [Double], _ columns: [Int], _ moments: LayerMoments, _ isDiagonal: Bool
    ) -> Double {
        var sum = 0.0
        for (place, column) in columns.enumerated() where weights[column] != 0 {
            sum += weights[column] * weights[column] * moments.input(0, column, column)
            guard !isDiagonal else { continue }
            var line = 0.0
            for other in columns[..<place] { line += weights[other] * moments.input(0, column, other) }
            sum += 2 * weights[column] * line
        }
        return sum
    }
}

extension ChannelElimination {
    /// A layer as a reader of each of some groups; nil if its inputs have no inverse.
    static func readers(
        _ one: ChannelColumns, _ groups: [Int], _ matrix: LayerMatrix, _ moments: LayerMoments
    ) -> [Int: Reader]? {
        let refit = LeastSquaresRefit(moments: moments, original: matrix, ridge: LayerPruning.ridge)
        guard let inverse = refit.inverse(group: 0) else { return nil }
        let size = Int(Double(inverse.count).squareRoot().rounded())
        let total = (0..<matrix.outputs).reduce(0) { $0 + moments.square($1) }
        guard total > 0, total.isFinite else { return nil }
        let weights = (0..<matrix.outputs).map { Array(matrix.line($0).prefix(size)) }
        var readers: [Int: Reader] = [:]
        for group in groups {
            readers[group] = one.columns[group].map {
                Reader(columns: $0, weights: weights, inverse: inverse, size: size, total: total)
            }
        }
        return readers
    }
}
