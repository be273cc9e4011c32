import Foundation
import Hone
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Channels of whole networks in another order.
@Suite struct ChannelPermutationTests {
    private static let folder = ProcessInfo.processInfo.environment["HONE_MODELS"] ?? "../shared"

    private static func files(_ kind: String) -> [String] {
        let path = "\(folder)/models/\(kind)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        if names.isEmpty { print("note: no model below \(path); set HONE_MODELS to a folder of models") }
        return names.filter { $0.hasSuffix(".onnx") }.sorted().map { "\(path)/\($0)" }
    }

    private static func permuted(_ graph: Graph, seed: UInt64) throws -> (graph: Graph, channels: Int) {
        let groups = ChannelGroups(graph, evaluator: ReferenceBackend())
        var random = SeededGenerator(seed: seed)
        var orders: [Int: [Int]] = [:]
        for (index, group) in groups.groups.enumerated() {
            orders[index] = Array(0..<group.count).shuffled(using: &random)
        }
        let permuted = try groups.permuted(graph, orders: orders)
        try permuted.validate()
        return (permuted, groups.groups.reduce(0) { $0 + $1.count })
    }

    private static func outputs(_ graph: Graph, _ feed: [String: Tensor]) throws -> [String: Tensor] {
        try Model(graph: graph).session(on: .cpu).run(feed)
    }

    /// Sums of floats in another order differ by roundings: a thousandth of a percent of the largest output, which is above
    /// what a hundred layers with random roundings of 2^-24 make, and far below what one misplaced channel does.
    @Test(arguments: files("float"))
    func floatModelsComputeTheSame(path: String) throws {
        let model = try Model(path: path)
        let (graph, channels) = try Self.permuted(model.graph, seed: 7)
        #expect(channels > 0, "\(path)")
        let shapes = model.graph.requiredInputs.map { input in
            (input.name, (input.shape ?? []).enumerated().map { $1.size ?? ($0 == 0 ? 1 : 32) })
        }
        let feed = try model.randomFeed(Dictionary(uniqueKeysWithValues: shapes), seed: 1)
        let (before, after) = (try Self.outputs(model.graph, feed), try Self.outputs(graph, feed))
        for (name, tensor) in before {
            let (left, right) = (tensor.floats(), try #require(after[name]).floats())
            let largest = left.reduce(0) { max($0, $1.magnitude) }
            let error = zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(error <= 1e-5 * largest, "\(path): \(name) differs by \(error) of \(largest)")
        }
    }

    /// Sums of integers are exact: the file's form and the recognised one alike.
    @Test(arguments: files("quantized"))
    func quantizedModelsComputeTheSameIntegers(path: String) throws {
        try Self.expectSameIntegers(try Model(path: path), path)
    }

    @Test(arguments: [SyntheticNetwork.resnet18, .mobilenetv2])
    func quantizedNetworksComputeTheSameIntegers(network: SyntheticNetwork) throws {
        var settings = SyntheticSettings(network)
        settings.arithmetic = .int8
        settings.imageSide = 32
        try Self.expectSameIntegers(try Model.synthetic(settings), "\(network)")
    }

    private static func expectSameIntegers(_ model: Model, _ label: String) throws {
        let feed = try model.randomFeed([:], seed: 2)
        let expected = try outputs(model.graph, feed)
        let file = try permuted(model.graph, seed: 8)
        #expect(file.channels > 0, "\(label)")
        var recognised = model.graph
        try PassPipeline.execution.run(on: &recognised, evaluator: ReferenceBackend())
        let running = try permuted(recognised, seed: 9)
        #expect(running.channels >= file.channels / 2, "\(label): \(running.channels), \(file.channels)")
        #expect(try outputs(file.graph, feed) == expected, "\(label)")
        let backend = ReferenceBackend()
        let session = try Session(running.graph, backend: backend, evaluator: backend)
        #expect(try session.run(feed) == expected, "\(label) after passes")
    }
}
