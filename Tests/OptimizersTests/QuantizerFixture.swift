import ModelGraph
import Optimizers
import ReferenceBackend
import Runtime
import Tensors
import TestSupport

/// Small graphs, run and calibrated on the reference backend.
enum QuantizerFixture {
    static let backend = ReferenceBackend()

    static func random(_ shape: [Int], _ range: ClosedRange<Float>, _ generator: inout SeededGenerator) -> Tensor {
        Tensor((0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &generator) }, shape: shape)
    }

    /// A graph with input `x` of shape [N, 3, 8, 8] and output `y`.
    static func graph(_ nodes: [Node], _ constants: [String: Tensor], opset: Int = 13) -> Graph {
        var graph = Graph()
        graph.opsets = ["": opset]
        graph.inputs = [
            ValueInfo(
                name: "x", elementType: .float32, shape: [.symbolic("N"), .fixed(3), .fixed(8), .fixed(8)])
        ]
        graph.outputs = [ValueInfo(name: "y", elementType: .float32, shape: nil)]
        graph.nodes = nodes
        for (name, tensor) in constants.sorted(by: { $0.key < $1.key }) { graph.setInitializer(name, tensor) }
        return graph
    }

    static func conv(_ name: String, _ inputs: [String], _ output: String) -> Node {
        Node("Conv", name: name, inputs: inputs, outputs: [output], attributes: ["pads": .ints([1, 1, 1, 1])])
    }

    static func run(_ graph: Graph, _ x: Tensor) throws -> Tensor {
        let outputs = try Session(graph, backend: backend, evaluator: backend).run(["x": x])
        guard let y = outputs["y"] else { throw HoneError(.invalidModel, "no output y") }
        return y
    }

    static func record(
        _ graph: Graph, _ batches: [Tensor], _ options: QuantizationOptions
    ) throws -> CalibrationRecord {
        let values = try Quantizer(options: options, evaluator: ReferenceBackend()).valuesToCalibrate(in: graph)
        var calibrator = Calibrator(
            session: try Session(graph, backend: backend, evaluator: backend), values: values,
            model: graph.fingerprint)
        for batch in batches { try calibrator.add(["x": batch]) }
        return calibrator.record
    }

    static func quantize(
        _ graph: Graph, _ batches: [Tensor], _ options: QuantizationOptions = minMax
    ) throws -> (graph: Graph, report: QuantizationReport) {
        try Quantizer(options: options, evaluator: ReferenceBackend()).quantize(
            graph, calibration: try record(graph, batches, options))
    }

    /// Nothing that was calibrated is clipped, so that error bounds follow from steps.
    static var minMax: QuantizationOptions {
        var options = QuantizationOptions()
        options.estimator = MinMaxRange()
        return options
    }
}

extension Graph {
    func types() -> [String] { nodes.map(\.operatorType) }

    func node(_ name: String) -> Node? { nodes.first { $0.name == name } }

    func producer(of value: String) -> Node? { nodes.first { $0.outputs.contains(value) } }
}

extension QuantizationReport {
    func outcome(_ node: String) -> Outcome? { entries.first { $0.node == node }?.outcome }

    func activation(_ value: String) -> Activation? { activations.first { $0.value == value } }
}
