import ModelGraph
import OpenCLBackend
import Optimizers
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Whole records from a device against those of the reference backend.
@Suite(OpenCLDevices.areThere) struct CalibratorTests {
    @Test func recordEqualsTheReferences() throws {
        var generator = SeededGenerator(seed: 21)
        let graph = network(&generator)
        let batches = [3, 1, 2].map { random([$0, 3, 8, 7], &generator) }
        let values: Set<String> = ["x", "a", "b", "c", "d", "y"]
        let reference = ReferenceBackend()
        let device = OpenCLBackend(device: try #require(OpenCLDevices.chosen), definitions: reference)
        let found = try record(graph, device, batches, values)
        let expected = try record(graph, reference, batches, values)
        #expect(Set(expected.statistics.keys) == values)
        for value in values { #expect(found[value] == expected[value], "\(value)") }
    }

    /// Two convolutions with what stands between them.
    private func network(_ generator: inout SeededGenerator) -> Graph {
        var graph = Graph()
        graph.opsets = ["": 13]
        graph.inputs = [
            ValueInfo(name: "x", elementType: .float32, shape: [.symbolic("N"), .fixed(3), .fixed(8), .fixed(7)])
        ]
        graph.outputs = [ValueInfo(name: "y", elementType: .float32, shape: nil)]
        let padded: [String: AttributeValue] = ["pads": .ints([1, 1, 1, 1])]
        graph.nodes = [
            Node("Conv", name: "first", inputs: ["x", "w", "bias"], outputs: ["a"], attributes: padded),
            Node("Relu", name: "relu", inputs: ["a"], outputs: ["b"]),
            Node(
                "MaxPool", name: "pool", inputs: ["b"], outputs: ["c"],
                attributes: ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]),
            Node("Conv", name: "second", inputs: ["c", "v"], outputs: ["d"], attributes: padded),
            Node("Add", name: "sum", inputs: ["c", "d"], outputs: ["y"]),
        ]
        graph.setInitializer("w", random([20, 3, 3, 3], &generator))
        graph.setInitializer("bias", random([20], &generator))
        graph.setInitializer("v", random([20, 20, 3, 3], &generator))
        return graph
    }

    private func random(_ shape: [Int], _ generator: inout SeededGenerator) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &generator) }, shape: shape)
    }

    private func record(
        _ graph: Graph, _ backend: any Backend, _ batches: [Tensor], _ values: Set<String>
    ) throws -> CalibrationRecord {
        var calibrator = Calibrator(
            session: try Session(graph, backend: backend, evaluator: ReferenceBackend()), values: values, model: 0)
        for batch in batches { try calibrator.add(["x": batch]) }
        return calibrator.record
    }
}
