import ModelGraph
import Tensors

/// How much of what layers compute hangs on each channel.
///
/// Without data, the share of a layer's squared weights that belong to the channel, as its output or its input: the norms of
/// DepGraph (Fang et al. 2023, arXiv 2301.12900, section 3.3), which are divided by their mean over the layer there.
struct ChannelEnergies {
    /// A layer that channels belong to.
    struct Layer {
        /// By group: the share of each of its channels.
        var shares: [Int: [Double]]
    }

    var layers: [Layer] = []
    /// By group: its channels, what matters least first, where that does not follow from shares.
    var orders: [Int: [Int]] = [:]

    /// Squared weights.
    init(magnitudes graph: Graph, _ groups: ChannelGroups) {
        for index in graph.nodes.indices {
            guard let weights = ChannelEnergies.weights(index, graph) else { continue }
            let squares = weights.floats().map { Double($0) * Double($0) }
            let total = squares.reduce(0, +)
            guard total > 0, total.isFinite else { continue }
            var dimensions: [Int: [Int: [Double]]] = [:]
            for (number, group) in groups.groups.enumerated() {
                for use in group.uses where use.node == index && use.input == 1 {
                    let sums = ChannelEnergies.sums(squares, weights.shape, use.dimension)
                    dimensions[use.dimension, default: [:]][number] = use.positions.map { positions in
                        positions.reduce(0) { $0 + sums[$1] } / total
                    }
                }
            }
            layers += dimensions.sorted { $0.key < $1.key }.map { Layer(shares: $0.value) }
        }
    }

    /// Nothing yet.
    init() {}

    /// The weights of a layer that multiplies, nil for other nodes.
    static func weights(_ index: Int, _ graph: Graph) -> Tensor? {
        let node = graph.nodes[index]
        guard node.isStandard, ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.operatorType),
            let weights = node.input(1).flatMap({ graph.constant($0) }), weights.elementType.isFloatingPoint
        else { return nil }
        return weights
    }

    private static func sums(_ values: [Double], _ shape: [Int], _ dimension: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: shape[dimension])
        let inner = shape[(dimension + 1)...].reduce(1, *)
        for (place, value) in values.enumerated() { sums[place / inner % shape[dimension]] += value }
        return sums
    }

    /// The channels of each group, what matters least first: by the sum of their shares in all layers.
    func order(_ group: Int, count: Int) -> [Int] {
        if let order = orders[group] { return order }
        var sums = [Double](repeating: 0, count: count)
        for layer in layers {
            for (channel, share) in (layer.shares[group] ?? []).enumerated() { sums[channel] += share }
        }
        return sums.indices.sorted { (sums[$0], $0) < (sums[$1], $1) }
    }
}
