import Hone
import ModelGraph
import Optimizers
import TestSupport
import Testing

@Suite("Pruning for a speed", .serialized)
struct SpeedTargetTests {
    /// A float graph with names, and the names of its prunable convolutions.
    private static func graph() throws -> (graph: Graph, layers: [String]) {
        var settings = SyntheticSettings(.resnet18)
        (settings.arithmetic, settings.imageSide) = (.f32, 64)
        let graph = try Model.synthetic(settings).graph
        return (graph, graph.nodes.filter { $0.operatorType == "Conv" }.dropFirst().map(\.name))
    }

    private static func masked(_ graph: Graph, _ sparsity: [String: Double]) -> Graph {
        var masked = graph
        for node in graph.nodes {
            guard let share = sparsity[node.name], let name = node.input(1), var weight = graph.constant(name) else {
                continue
            }
            WeightBlocks(convolution: weight.type, group: 1, as: .int8)?.zero(share, of: &weight, seed: 1)
            masked.setInitializer(name, weight)
        }
        return masked
    }

    private static func search(_ speedup: Double) throws -> SpeedSearch {
        let (graph, layers) = try graph()
        return SpeedSearch(
            graph, layers: layers, try SpeedTarget(speedup, on: .cpu, threads: 1), on: .cpu, threads: 1, shapes: [:]
        ) { masked(graph, $0) }
    }

    @Test("Times fall with sparsity, and lie within a run's")
    func times() throws {
        let times = try SpeedTargetTests.search(2).times([0, 0.5, 0.875])
        #expect(times.layers.count == 19)
        for (name, layer) in times.layers {
            #expect(layer.count == 3, "\(name)")
            #expect(layer[0] >= layer[1] && layer[1] >= layer[2] && layer[2] > 0, "\(name)")
        }
        #expect(times.rest >= 0 && times.rest < times.dense)
        let sums = times.sparsities.indices.map { level in times.layers.values.reduce(0) { $0 + $1[level] } }
        #expect(sums[2] < 0.6 * sums[0])
    }

    @Test("A speed that no sparsity reaches is refused, with the best")
    func outOfReach() throws {
        let search = try SpeedTargetTests.search(50)
        let times = try search.times([0, 0.5])
        let losses = Dictionary(uniqueKeysWithValues: times.layers.keys.map { ($0, [0, 0.1]) })
        let error = #expect(throws: HoneError.self) {
            try search.pruned(times, losses: losses) { _ throws(HoneError) in throw HoneError(.device, "not asked") }
        }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains("out of reach on cpu") ?? false)
        #expect(throws: HoneError.self) { try SpeedTarget(1, on: .cpu, threads: 1) }
        #expect(throws: HoneError.self) { try SpeedTarget(.nan, on: .cpu, threads: 1) }
    }

    @Test("The closed loop corrects a table that promises too much")
    func loop() throws {
        let (graph, layers) = try SpeedTargetTests.graph()
        let search = try SpeedTargetTests.search(2)
        let times = try search.times([0, 0.5, 0.875])
        // Losses that grow with the square of sparsity, more in the first layers.
        let losses = Dictionary(
            uniqueKeysWithValues: layers.enumerated().map { index, name in
                (name, times.sparsities.map { $0 * $0 / Double(index + 1) })
            })
        let (result, found) = try search.pruned(times, losses: losses) {
            PruningResult(graph: SpeedTargetTests.masked(graph, $0), layers: [])
        }
        #expect((2...5).contains(found.rounds.count))
        #expect(found.rows.map(\.layer) == layers)
        #expect(found.rows.allSatisfy { $0.sparsity == 0 || $0.after < $0.before })
        #expect(found.rows.contains { $0.sparsity > 0 })
        if let uniform = found.uniform { #expect(found.chosen.allocation.loss <= uniform.loss) }
        // Machines that are shared are not exact; the script of the table measures to 10 %.
        let measured = try search.speedup(of: result.graph)
        #expect((1.4...2.8).contains(measured), "asked for 2, measured \(measured)")
    }
}
