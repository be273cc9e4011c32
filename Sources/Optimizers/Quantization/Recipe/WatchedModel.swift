import ModelGraph
import Runtime
import Tensors

/// A float graph that shows some of its values as it runs: its fusions hide none of them.
package struct WatchedModel {
    /// The graph as it runs.
    package let running: Graph
    package let session: Session
    package let values: Set<String>
    private let fingerprint: UInt64

    /// - Parameter values: graph inputs and node outputs to show.
    package init(
        _ graph: Graph, values: Set<String>, on backend: any Backend, evaluator: any OperatorEvaluator
    ) throws(HoneError) {
        var running = graph
        try PassPipeline.calibration.run(on: &running, keeping: values, evaluator: evaluator)
        session = try Session(running, backend: backend, evaluator: evaluator)
        (self.running, self.values, fingerprint) = (running, values, graph.fingerprint)
    }

    /// What quantizing a graph needs to know.
    ///
    /// - Parameter graph: after the portable passes.
    package init(
        calibrating graph: Graph, for options: QuantizationOptions, on backend: any Backend,
        evaluator: any OperatorEvaluator
    ) throws(HoneError) {
        let values = try Quantizer(options: options, evaluator: evaluator).valuesToCalibrate(in: graph)
        try self.init(graph, values: values, on: backend, evaluator: evaluator)
    }

    /// Keeps the statistics of what is watched.
    ///
    /// - Parameter check: looks at every step before its values count.
    package func calibrator(check: (any StepCheck)? = nil) -> Calibrator {
        Calibrator(session: session, values: values, model: fingerprint, check: check)
    }

    /// Runs one batch and calls `visit` for every watched value of floats, row-major.
    func run(
        _ feed: [String: Tensor], _ visit: (_ value: String, TensorView) throws(HoneError) -> Void
    ) throws(HoneError) {
        for (name, tensor) in feed.sorted(by: { $0.key < $1.key }) where values.contains(name) {
            let tensor = tensor.inComputeType()
            guard tensor.elementType == .float32 else { continue }
            try tensor.withUnsafeBytes { bytes throws(HoneError) in
                try visit(name, TensorView(type: tensor.type, bytes: bytes))
            }
        }
        let values = self.values
        try withoutActuallyEscaping(visit) { visit throws(HoneError) in
            _ = try session.run(feed) { observation throws(HoneError) in
                for (index, name) in observation.outputNames.enumerated() {
                    guard let name, values.contains(name), let view = try observation.output(index),
                        view.elementType == .float32
                    else { continue }
                    try visit(name, view)
                }
            }
        }
    }
}
