import ModelGraph
import Runtime
import Tensors

/// Reorders channels so that blocks of weights lose less: channels that matter alike come to lie side by side.
///
/// The graph computes what it did before, in another order of sums. Orders are sought group by group: sorted by energy, then
/// improved by exchanging pairs (`ChannelExchange`); one that does not keep more is not taken. Rearranging filters is from Lin
/// et al. 2022 (1xN pattern, arXiv:2105.14713), here with all layers that a group of channels ties together.
///
/// It helps masks without a refit. ResNet-20 on CIFAR-10, 16x4: at 25 %, scored by activation, the masked network goes from
/// 25.98 to 46.98 % top-1. At 50 % with Hessian scores and four rounds of refits it goes from 87.10 to 85.94 %, though 79.8 %
/// of the weights' energy is kept, not 71.5 %: pruning with refits does not call it.
package struct BlockPermutation {
    /// What was gained.
    package struct Result: Sendable {
        package var graph: Graph
        /// The share of the weights' energy that masks of the sparsities leave, as a mean over layers.
        package var keptBefore: Double
        package var keptAfter: Double
    }

    /// Samples that tell how large channels are.
    private static let sampleLimit = 64
    /// Times that all groups are gone through: the order of one layer's rows changes what its columns are best.
    private static let passes = 2

    /// Reorders the channels of a graph for its masks.
    ///
    /// - Parameters:
    ///   - graph: after the portable passes.
    ///   - sparsity: the share of blocks that is to become zero, by layer; other layers do not count.
    ///   - data: samples to weigh channels by; nil for magnitudes alone.
    package static func permuted(
        _ graph: Graph, sparsity: [String: Double], options: PruningOptions, backend: any Backend,
        evaluator: any OperatorEvaluator, data: RecipeData?
    ) throws(HoneError) -> Result {
        let layers = PrunableLayer.all(in: graph).filter { (sparsity[$0.name] ?? 0) > 0 }
        let squares = try meanSquares(layers, graph, backend, evaluator, options.score == .magnitude ? nil : data)
        var energies: [Int: BlockEnergies] = [:]
        for layer in layers {
            energies[layer.index] = BlockEnergies(
                layer, in: graph, options.pattern, sparsity: sparsity[layer.name] ?? 0, squares: squares[layer.index])
        }
        func kept() -> Double {
            energies.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value.kept } / Double(max(energies.count, 1))
        }
        let before = kept()
        var result = Result(graph: graph, keptBefore: before, keptAfter: before)
        let groups = ChannelGroups(graph, evaluator: evaluator)
        var orders: [Int: [Int]] = [:]
        for _ in 0..<passes {
            for (number, group) in groups.groups.enumerated() where group.count > 1 {
                let own = Set(group.uses.filter { $0.input == 1 }.map(\.node)).filter { energies[$0] != nil }
                guard !own.isEmpty else { continue }
                let places = uses(group, energies)
                guard let order = better(group.count, places, energies, own.sorted()) else { continue }
                apply(order, places, &energies)
                orders[number] = order.map { orders[number]?[$0] ?? $0 }
            }
        }
        guard !orders.isEmpty else { return result }
        result.keptAfter = kept()
        result.graph = try groups.permuted(graph, orders: orders)
        return result
    }

    /// A layer that has the channels as rows or as columns.
    private typealias Place = (node: Int, isOutput: Bool, positions: [[Int]])

    private static func uses(_ group: ChannelGroups.Group, _ energies: [Int: BlockEnergies]) -> [Place] {
        group.uses.compactMap { use in
            guard use.input == 1, let layer = energies[use.node]?.layer else { return nil }
            return (use.node, use.dimension == layer.outputDimension, use.positions)
        }
    }

    /// An order that keeps more than the present one; nil if none was found.
    private static func better(
        _ count: Int, _ places: [Place], _ energies: [Int: BlockEnergies], _ nodes: [Int]
    ) -> [Int]? {
        var views: [ChannelExchange.View] = []
        var sums = [Float](repeating: 0, count: count)
        for place in places where place.positions.allSatisfy({ $0.count == 1 }) {
            guard let own = energies[place.node] else { continue }
            let vectors = place.isOutput ? own.outputVectors : own.inputVectors
            views.append(
                ChannelExchange.View(
                    block: place.isOutput ? own.height : own.width, positions: place.positions.map { $0[0] },
                    count: vectors.count, vectors: vectors.values, threshold: own.threshold))
            for channel in 0..<count {
                let start = place.positions[channel][0] * vectors.count
                sums[channel] += vectors.values[start..<(start + vectors.count)].reduce(0, +)
            }
        }
        guard !views.isEmpty else { return nil }
        let identity = Array(0..<count)
        let sorted = identity.sorted { (sums[$1], $0) < (sums[$0], $1) }
        func kept(_ order: [Int]) -> Double {
            var moved = energies
            apply(order, places, &moved)
            return nodes.reduce(0) { $0 + (moved[$1]?.kept ?? 0) }
        }
        let present = kept(identity)
        var best: (order: [Int], kept: Double)?
        for start in [identity, sorted] {
            let order = ChannelExchange.improved(start, views)
            let value = kept(order)
            if value > max(best?.kept ?? present, present) + 1e-6 { best = (order, value) }
        }
        return best?.order
    }

    private static func apply(_ order: [Int], _ places: [Place], _ energies: inout [Int: BlockEnergies]) {
        for place in places {
            guard let layer = energies[place.node]?.layer else { continue }
            var gather = Array(0..<(place.isOutput ? layer.outputs : layer.channels))
            for (number, channel) in order.enumerated() {
                for (to, from) in zip(place.positions[number], place.positions[channel]) { gather[to] = from }
            }
            energies[place.node]?.reorder(
                outputs: place.isOutput ? gather : nil, inputs: place.isOutput ? nil : gather)
        }
    }

    /// The mean square of each input channel of layers, by node; empty without data.
    private static func meanSquares(
        _ layers: [PrunableLayer], _ graph: Graph, _ backend: any Backend, _ evaluator: any OperatorEvaluator,
        _ data: RecipeData?
    ) throws(HoneError) -> [Int: [Double]] {
        guard let data, !layers.isEmpty else { return [:] }
        var readers: [String: [PrunableLayer]] = [:]
        for layer in layers {
            if let input = graph.nodes[layer.index].input(0) { readers[input, default: []].append(layer) }
        }
        let watched = try WatchedModel(graph, values: Set(readers.keys), on: backend, evaluator: evaluator)
        var moments: [Int: ChannelMoments] = [:]
        try data.forEach(limit: sampleLimit, in: graph, "Weighing channels") { feed, _, _ throws(HoneError) in
            try watched.run(feed) { name, view throws(HoneError) in
                for layer in readers[name] ?? [] {
                    let rows = view.elementCount / max(layer.channels, 1)
                    let shape = layer.operatorType == "Conv" ? view.shape : [rows, layer.channels]
                    moments[layer.index, default: ChannelMoments()].add(view.elements(as: Float.self), shape: shape)
                }
            }
        }
        return moments.mapValues { moments in
            zip(moments.means, moments.variances).map { $0 * $0 + $1 }
        }
    }
}

extension PrunableLayer {
    /// The dimension of the weights that holds outputs.
    var outputDimension: Int {
        guard operatorType != "Conv" else { return 0 }
        // The next output is the next element where outputs are the last dimension.
        return columns == 1
            ? weightShape.count - 1 - (weightShape.last == 1 ? 1 : 0) : weightIndex(output: 1, column: 0) == 1 ? 1 : 0
    }

    /// The dimension of the weights that holds inputs.
    var inputDimension: Int { 1 - outputDimension }
}
