import Foundation
import Tensors

/// Reorders channels inside a quantized graph so that more blocks of 16 outputs x 4 inputs hold zeros alone, which kernels
/// leave out: for weights that were pruned in another pattern.
///
/// Only where integers are summed, whose sums have no order, so that every result keeps its bits. Dense models, and those
/// whose zeros fill blocks already, are left as they are after a look at their constants. Reordered values get new names,
/// since whoever looks for the old ones expects the old order.
package struct BlockRepacking: GraphPass {
    package static let name = "block-repacking"
    /// Says `off` where channels shall keep the order that the file has.
    package static let variable = "HONE_REPACKING"
    /// What the names of reordered values end in.
    private static let suffix = "_repacked"

    /// Weights of which less is zero have hardly an empty block to be won.
    private static let leastZeroShare = 0.4
    /// Of the weights in kept blocks, what may be other than zero where blocks are worth packing.
    private static let mostFilling = 0.75
    /// The share of all kept blocks that must go for the reordering to be kept.
    private static let leastGain = 0.005

    /// Operators that give the same bits for each channel in whatever order the channels come; those that add channels up
    /// do it in integers.
    private static let allowed: Set<String> = [
        "QLinearConv", "ConvInteger", "QGemm", "QLinearMatMul", "MatMulInteger", "QLinearAdd", "QLinearMul",
        "QLinearConcat",
        "QLinearSigmoid", "QLinearLeakyRelu", "QLinearGlobalAveragePool", "QLinearAveragePool", "TableLookup", "Clamp",
        "QuantizeLinear", "DequantizeLinear", "MaxPool", "GlobalMaxPool", "AveragePool", "GlobalAveragePool", "Relu",
        "Clip",
        "Add", "Mul", "Sub", "Concat", "Split", "Slice", "Pad", "Flatten", "Reshape", "Squeeze", "Unsqueeze",
        "Transpose",
        "Identity", "Cast",
    ]

    private let isEnabled: Bool

    /// - Parameter environment: where `HONE_REPACKING` is looked up.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        isEnabled = environment[BlockRepacking.variable] != "off"
    }

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        let places = graph.nodes.enumerated().compactMap { ZeroPattern.place(of: $0.element, $0.offset) }
        guard isEnabled, places.contains(where: { isSparse($0, graph) }) else { return 0 }
        // Once is enough: a second look would find a little more, and a third.
        guard !graph.nodes.contains(where: { $0.outputs.contains { $0.hasSuffix(Self.suffix) } }) else { return 0 }
        var known: [ZeroPattern.Place: Int] = [:]
        var patterns: [ZeroPattern] = []
        for place in places {
            guard let pattern = pattern(place, graph) else { continue }
            known[place] = patterns.count
            patterns.append(pattern)
        }
        let before = patterns.map(\.keptBlocks)
        let isLoose = zip(patterns, before).map { pattern, kept in
            pattern.zeroShare >= Self.leastZeroShare && pattern.filling(ofBlocks: kept) <= Self.mostFilling
        }
        guard isLoose.contains(true) else { return 0 }

        let channels = ChannelGroups(graph, evaluator: evaluator)
        let candidates = groups(channels, graph, known, patterns, before).filter { group in
            group.patterns.contains { isLoose[$0] }
        }
        var orders: [Int: [Int]] = [:]
        // Orders on either side of a layer depend on each other, but a second sweep finds next to nothing.
        for group in candidates {
            guard let order = group.bestOrder(patterns) else { continue }
            group.apply(order, to: &patterns)
            orders[group.number] = order
        }
        let (was, now) = (before.reduce(0, +), patterns.reduce(0) { $0 + $1.keptBlocks })
        guard Double(was - now) >= Self.leastGain * Double(was), !orders.isEmpty else { return 0 }
        graph = renamed(try channels.permuted(graph, orders: orders), channels, Set(orders.keys))
        return orders.count
    }

    /// A look at some of the weights: whether so many are zero that all of them are worth looking at.
    private func isSparse(_ place: ZeroPattern.Place, _ graph: Graph) -> Bool {
        guard let weights = weights(place, graph), let zeros = zeroPoints(place, graph), weights.elementCount >= 1024
        else { return false }
        let step = max(1, weights.elementCount / 2039)
        let zero = UInt8(truncatingIfNeeded: zeros[0])
        var (count, found) = (0, 0)
        weights.withUnsafeBytes { bytes in
            for index in stride(from: 0, to: bytes.count, by: step) {
                count += 1
                if bytes[index] == zero { found += 1 }
            }
        }
        return Double(found) >= 0.9 * Self.leastZeroShare * Double(count)
    }

    private func pattern(_ place: ZeroPattern.Place, _ graph: Graph) -> ZeroPattern? {
        guard let weights = weights(place, graph), let zeros = zeroPoints(place, graph) else { return nil }
        return ZeroPattern(weights, place, zeroPoints: zeros)
    }

    private func weights(_ place: ZeroPattern.Place, _ graph: Graph) -> Tensor? {
        guard let name = graph.nodes[place.node].input(place.input), let weights = graph.constant(name),
            [.int8, .uint8].contains(weights.elementType), weights.elementCount > 0
        else { return nil }
        let isProduct = graph.nodes[place.node].operatorType.contains("Gemm") || place.outputDimension == 1
        guard isProduct ? weights.rank == 2 : weights.rank >= 3 else { return nil }
        return weights
    }

    private func zeroPoints(_ place: ZeroPattern.Place, _ graph: Graph) -> [Int]? {
        // QLinearConv, QGemm and QLinearMatMul: weights, scales, zero points. ConvInteger, MatMulInteger: 1 and 3.
        guard let name = graph.nodes[place.node].input(place.input == 3 ? 5 : 3) else { return [0] }
        guard let zeros = graph.constant(name)?.integers(), !zeros.isEmpty else { return nil }
        return zeros
    }

    /// The groups that may be reordered, with the weights that their order changes.
    private func groups(
        _ channels: ChannelGroups, _ graph: Graph, _ known: [ZeroPattern.Place: Int], _ patterns: [ZeroPattern],
        _ kept: [Int]
    ) -> [RepackingGroup] {
        var refused = refusedGroups(channels, graph)
        var result: [RepackingGroup] = []
        for (number, found) in channels.groups.enumerated() where found.count > 1 {
            var group = RepackingGroup(number: number, count: found.count)
            for use in found.uses {
                guard let place = ZeroPattern.place(of: graph.nodes[use.node], use.node), place.input == use.input,
                    use.dimension == place.outputDimension || use.dimension == place.inputDimension
                else { continue }
                guard let pattern = known[place] else {
                    refused.insert(number)
                    continue
                }
                // Where no block is empty, none is lost.
                if kept[pattern] == patterns[pattern].possibleBlocks, patterns[pattern].zeroShare < Self.leastZeroShare
                {
                    continue
                }
                let isOutput = use.dimension == place.outputDimension
                let side = isOutput ? ZeroPattern.blockOutputs : ZeroPattern.blockInputs
                guard let first = use.positions.first?.first, first % side == 0,
                    use.positions.enumerated().allSatisfy({ $0.element == [first + $0.offset] })
                else {
                    refused.insert(number)
                    continue
                }
                if isOutput {
                    group.producers.append((pattern, first))
                } else {
                    group.consumers.append((pattern, first))
                }
            }
            let sides = group.producers.map(\.pattern) + group.consumers.map(\.pattern)
            if !refused.contains(number), !sides.isEmpty, Set(sides).count == sides.count { result.append(group) }
        }
        return result
    }

    /// Groups that an operator reads which may give other bits for another order.
    private func refusedGroups(_ channels: ChannelGroups, _ graph: Graph) -> Set<Int> {
        var refused: Set<Int> = []
        for node in graph.nodes where !Self.allowed.contains(node.operatorType) || hasBlocksInGroups(node, graph) {
            for value in node.inputs + node.outputs where !value.isEmpty {
                refused.formUnion(groups(of: value, channels))
            }
        }
        return refused
    }

    /// Whether a node is a convolution in groups of several inputs, whose blocks nobody counts here.
    private func hasBlocksInGroups(_ node: Node, _ graph: Graph) -> Bool {
        guard node.operatorType == "QLinearConv" || node.operatorType == "ConvInteger", node.int("group") ?? 1 > 1
        else {
            return false
        }
        let weights = node.input(node.operatorType == "QLinearConv" ? 3 : 1).flatMap { graph.constant($0) }
        return weights.map { $0.rank < 2 || $0.shape[1] > 1 } ?? true
    }

    private func groups(of value: String, _ channels: ChannelGroups) -> [Int] {
        (0..<8).flatMap { channels.groups(of: value, dimension: $0) }
    }

    /// The graph with other names for the values whose channels moved.
    private func renamed(_ graph: Graph, _ channels: ChannelGroups, _ moved: Set<Int>) -> Graph {
        var taken = graph.allValueNames
        var names: [String: String] = [:]
        for value in graph.nodes.flatMap(\.outputs) where !value.isEmpty {
            guard groups(of: value, channels).contains(where: moved.contains) else { continue }
            var (name, number) = (value + Self.suffix, 1)
            while !taken.insert(name).inserted {
                name = "\(value)_\(number)" + Self.suffix
                number += 1
            }
            names[value] = name
        }
        var result = graph
        for index in result.nodes.indices {
            result.nodes[index].inputs = result.nodes[index].inputs.map { names[$0] ?? $0 }
            result.nodes[index].outputs = result.nodes[index].outputs.map { names[$0] ?? $0 }
        }
        for (old, new) in names {
            guard var type = result.declaredTypes.removeValue(forKey: old) else { continue }
            type.name = new
            result.declaredTypes[new] = type
        }
        return result
    }
}
