import ModelGraph
import Runtime
import Tensors

/// A float graph that shows some of its values as it runs.
struct WatchedModel {
    private let session: Session
    private let values: Set<String>

    /// - Parameter values: graph inputs and node outputs to show.
    init(
        _ graph: Graph, values: Set<String>, on backend: any Backend, evaluator: any OperatorEvaluator
    ) throws(HoneError) {
        var running = graph
        try PassPipeline.calibration.run(on: &running, keeping: values, evaluator: evaluator)
        session = try Session(running, backend: backend, evaluator: evaluator)
        self.values = values
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
