import Foundation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import Testing

@testable import OpenCLBackend

/// One device, several users at once.
@Suite(OpenCLDevices.areThere) struct ConcurrentUseTests {
    /// y = relu(x * 3 - 1) and its average over each plane.
    private static var graph: Graph {
        var graph = Graph()
        graph.opsets = ["": 21]
        graph.inputs = [ValueInfo(name: "x", elementType: .float32, shape: nil)]
        graph.outputs = ["y", "mean"].map { ValueInfo(name: $0, elementType: nil, shape: nil) }
        graph.setInitializer("three", Tensor([Float(3)], shape: []))
        graph.setInitializer("one", Tensor([Float(1)], shape: []))
        graph.nodes = [
            Node("Mul", name: "mul", inputs: ["x", "three"], outputs: ["scaled"]),
            Node("Sub", name: "sub", inputs: ["scaled", "one"], outputs: ["moved"]),
            Node("Relu", name: "relu", inputs: ["moved"], outputs: ["y"]),
            Node("GlobalAveragePool", name: "pool", inputs: ["y"], outputs: ["mean"]),
        ]
        return graph
    }

    private static func feed(_ seed: Int) -> [String: Tensor] {
        let values = (0..<(4 * 16 * 9)).map { Float(($0 * 37 + seed * 101) % 509) / 64 - 4 }
        return ["x": Tensor(values, shape: [4, 16, 3, 3])]
    }

    /// Two sessions on one device, each from a thread of its own, and one that both use.
    @Test func sessionsFromTwoThreads() async throws {
        let reference = ReferenceBackend()
        let backend = OpenCLBackend(device: try #require(OpenCLDevices.chosen), definitions: reference)
        let shared = try Session(Self.graph, backend: backend, evaluator: reference)
        let defining = try Session(Self.graph, backend: reference, evaluator: reference)
        let expected = try (0..<8).map { try defining.run(Self.feed($0)) }
        let results = try await withThrowingTaskGroup(of: Bool.self) { group in
            for thread in 0..<2 {
                group.addTask {
                    let own = try Session(Self.graph, backend: backend, evaluator: reference)
                    var isRight = true
                    for round in 0..<40 {
                        let number = (round + 3 * thread) % 8
                        isRight = try isRight && own.run(Self.feed(number)) == expected[number]
                        isRight = try isRight && shared.run(Self.feed(number)) == expected[number]
                    }
                    return isRight
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results == [true, true])
    }

    /// Two contexts, as of two processes, that fill one cache folder at once: the third finds all.
    @Test func contextsFillOneCache() async throws {
        let device = try #require(OpenCLDevices.chosen)
        let folder = FileManager.default.temporaryDirectory.appending(path: "hone-cache-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let cache = ProgramCache(folder: folder.path)
        let kinds = (1...6).map { KernelProgram(file: "fill", defines: ["UNUSED": "\($0)"]) }
        let built = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let context = try DeviceContext(device, cache: cache)
                    for kind in kinds { _ = try context.program(kind) }
                    return context.programs.counts.built
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(built >= kinds.count && built <= 2 * kinds.count)
        let third = try DeviceContext(device, cache: cache)
        for kind in kinds { _ = try third.program(kind) }
        #expect(third.programs.counts == ProgramLibrary.Counts(built: 0, loaded: kinds.count))
    }
}
