import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@Suite struct ChannelGroupsTests {
    private static func groups(_ graph: Graph) -> ChannelGroups { ChannelGroups(graph, evaluator: ReferenceBackend()) }

    private static func orders(
        _ groups: ChannelGroups, _ random: inout SeededGenerator
    ) -> [Int: [Int]] {
        var orders: [Int: [Int]] = [:]
        for (index, group) in groups.groups.enumerated() {
            orders[index] = Array(0..<group.count).shuffled(using: &random)
        }
        return orders
    }

    /// Any order of any group leaves the outputs as they are, and its inverse brings every constant back.
    @Test(arguments: UInt64(0)..<40)
    func reorderedChannelsComputeTheSame(seed: UInt64) throws {
        var network = ChannelGraph(seed: seed, opset: seed % 4 == 0 ? 11 : 13)
        let graph = network.tiny.graph
        let feed = network.feed()
        let groups = Self.groups(graph)
        #expect(groups.groups.contains { $0.count > 1 }, "seed \(seed)")
        var random = SeededGenerator(seed: seed &+ 1000)
        let orders = Self.orders(groups, &random)
        let permuted = try groups.permuted(graph, orders: orders)
        try permuted.validate()
        #expect(try permuted.run(feed)["y"] == graph.run(feed)["y"], "seed \(seed): \(network.kinds)")
        var inverses: [Int: [Int]] = [:]
        for (group, order) in orders { inverses[group] = order.indices.sorted { order[$0] < order[$1] } }
        let back = try Self.groups(permuted).permuted(permuted, orders: inverses)
        var changed = 0
        for name in graph.initializerOrder {
            #expect(back.initializers[name] == graph.initializers[name], "seed \(seed): \(name)")
            changed += permuted.initializers[name] == graph.initializers[name] ? 0 : 1
        }
        #expect(changed > 3, "seed \(seed)")
    }

    /// Without some channels a network computes what it does with the weights that read them at zero.
    @Test(arguments: UInt64(0)..<40)
    func removedChannelsCountAsZero(seed: UInt64) throws {
        var network = ChannelGraph(seed: seed, opset: seed % 4 == 0 ? 11 : 13)
        let graph = network.tiny.graph
        let feed = network.feed()
        let groups = Self.groups(graph)
        var random = SeededGenerator(seed: seed &+ 2000)
        var kept: [Int: [Int]] = [:]
        for (index, group) in groups.groups.enumerated() where group.removalObstacle == nil && group.count > 1 {
            let count = Int.random(in: 1...group.count, using: &random)
            kept[index] = Array(Array(0..<group.count).shuffled(using: &random).prefix(count))
        }
        #expect(!kept.isEmpty, "seed \(seed)")
        let smaller = try groups.selected(graph, kept: kept)
        try smaller.validate()
        var zeroed = graph
        for (index, order) in kept {
            let group = groups.groups[index]
            let gone = Set(0..<group.count).subtracting(order)
            for use in group.uses where isColumn(use, graph) {
                let name = graph.nodes[use.node].inputs[use.input]
                let tensor = try #require(zeroed.initializers[name])
                let positions = Set(gone.flatMap { use.positions[$0] })
                let inner = tensor.shape[(use.dimension + 1)...].reduce(1, *)
                let values = tensor.floats().enumerated().map { place, value in
                    positions.contains(place / inner % tensor.shape[use.dimension]) ? 0 : value
                }
                zeroed.setInitializer(name, Tensor(values, shape: tensor.shape))
            }
        }
        #expect(try smaller.run(feed)["y"] == zeroed.run(feed)["y"], "seed \(seed): \(network.kinds)")
        let before = graph.initializers.values.reduce(0) { $0 + $1.elementCount }
        let after = smaller.initializers.values.reduce(0) { $0 + $1.elementCount }
        #expect(after < before || kept.allSatisfy { $1.count == groups.groups[$0].count }, "seed \(seed)")
    }

    private func isColumn(_ use: ChannelGroups.Use, _ graph: Graph) -> Bool {
        let node = graph.nodes[use.node]
        switch node.operatorType {
        case "Conv": return use.input == 1 && use.dimension == 1
        case "Gemm": return use.input == 1 && use.dimension == (node.int("transB") ?? 0)
        case "MatMul": return use.input == 1 && use.dimension == 0
        default: return false
        }
    }

    /// What keeps channels in their places is said by name.
    @Test func obstaclesAreNamed() throws {
        var tiny = TinyGraph()
        tiny.input("x", [1, 4, 4, 4])
        var random = RandomTensors(seed: 3)
        for (number, name) in ["a", "b", "c"].enumerated() {
            tiny.constant("w\(name)", random.floats([8, number == 0 ? 4 : 8, 1, 1]))
        }
        tiny.node("Conv", ["x", "wa"], ["a"])
        tiny.node("LRN", ["a"], ["n"], ["size": .int(3)])
        tiny.node("Conv", ["n", "wb"], ["b"])
        tiny.node("Conv", ["b", "wc"], ["c"])
        tiny.output("c")
        let groups = Self.groups(tiny.graph)
        #expect(groups.groups.map(\.count) == [8])
        #expect(groups.obstacle(of: "a") == "LRN 'n_node' needs them as they are")
        #expect(groups.obstacle(of: "b") == nil)
        #expect(groups.groups(of: "b") == [0])
        #expect(groups.obstacle(of: "c") == "it is part of the output 'c'")
        #expect(groups.groups(of: "c").isEmpty)
        let uses = groups.groups[0].uses.map { [$0.node, $0.input, $0.dimension] }
        #expect(uses == [[2, 1, 0], [3, 1, 1]])
    }

    /// A value joined with itself upside down: channels have partners, and only pairs that mirror each other alike move.
    @Test func channelsTiedToEachOtherStayTied() throws {
        var tiny = TinyGraph()
        tiny.input("x", [1, 3, 2, 2])
        var random = SeededGenerator(seed: 5)
        func integers(_ shape: [Int]) -> Tensor {
            Tensor((0..<shape.reduce(1, *)).map { _ in Float(Int.random(in: -2...2, using: &random)) }, shape: shape)
        }
        tiny.constant("w", integers([6, 3, 1, 1]))
        tiny.constant("v", integers([4, 6, 1, 1]))
        tiny.node("Conv", ["x", "w"], ["a"])
        for (name, value) in [("starts", Int64(-1)), ("ends", Int64.min), ("axes", 1), ("steps", -1)] {
            tiny.constant(name, Tensor([value]))
        }
        tiny.node("Slice", ["a", "starts", "ends", "axes", "steps"], ["r"])
        tiny.node("Add", ["a", "r"], ["s"])
        tiny.node("Conv", ["s", "v"], ["y"])
        tiny.output("y")
        let groups = Self.groups(tiny.graph)
        let orders = Self.orders(groups, &random)
        let permuted = try groups.permuted(tiny.graph, orders: orders)
        let feed = ["x": integers([1, 3, 2, 2])]
        #expect(try permuted.run(feed)["y"] == tiny.graph.run(feed)["y"])
        #expect(groups.groups.allSatisfy { $0.removalObstacle != nil })
    }
}
