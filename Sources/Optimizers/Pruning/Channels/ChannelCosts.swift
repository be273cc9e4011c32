import ModelGraph
import Tensors

/// How many multiply-accumulates a graph has, by how many channels each group keeps.
struct ChannelCosts {
    /// One dimension of a layer's weights.
    private struct Dimension {
        let size: Int
        /// Positions of each channel, by group.
        let parts: [(group: Int, each: Int)]

        /// The share that is left of it.
        func share(_ counts: [Int], _ all: [Int]) -> Double {
            let gone = parts.reduce(0) { $0 + (all[$1.group] - counts[$1.group]) * $1.each }
            return Double(size - gone) / Double(size)
        }
    }

    private struct Layer {
        let count: Double
        let dimensions: [Dimension]
    }

    private let layers: [Layer]
    /// The channels that each group has.
    let all: [Int]

    /// - Parameter inferred: the types of a batch of one.
    init(_ graph: Graph, _ inferred: InferredTypes, _ groups: ChannelGroups) {
        all = groups.groups.map(\.count)
        var layers: [Layer] = []
        for (index, node) in graph.nodes.enumerated() {
            guard let work = inferred.operators[index] as? any MultiplyAccumulating else { continue }
            let count = work.multiplyAccumulateCount(
                inputs: node.inputs.map { inferred.types[$0] }, outputs: node.outputs.map { inferred.types[$0] })
            var parts: [Int: [(group: Int, each: Int)]] = [:]
            for (number, group) in groups.groups.enumerated() {
                for use in group.uses where use.node == index && use.input == 1 {
                    parts[use.dimension, default: []].append((number, use.positions.first?.count ?? 0))
                }
            }
            let shape = node.input(1).flatMap { inferred.types[$0]?.shape } ?? []
            let dimensions = parts.sorted { $0.key < $1.key }.map { Dimension(size: shape[$0.key], parts: $0.value) }
            layers.append(Layer(count: Double(count), dimensions: dimensions))
        }
        self.layers = layers
    }

    /// Of a graph that keeps so many channels of each group. They are proportional to a layer's outputs and to its inputs.
    func total(_ counts: [Int]) -> Double {
        layers.reduce(0) { sum, layer in
            layer.dimensions.reduce(layer.count) { $0 * $1.share(counts, all) } + sum
        }
    }
}
