import ModelGraph
import Runtime
import Tensors

/// Runs two forms of one graph on the same backend, as fused and unfused, and compares every value that both compute.
package struct FusionVerification {
    private let fused: Session
    private let unfused: Session

    package init(
        fused: Graph, unfused: Graph, on backend: any Backend, evaluator: any OperatorEvaluator
    ) throws(HoneError) {
        self.fused = try Session(fused, backend: backend, evaluator: evaluator)
        self.unfused = try Session(unfused, backend: backend, evaluator: evaluator)
    }

    /// Compares on each of the batches; a node of the report is one of the fused graph.
    package func run(_ feeds: [[String: Tensor]]) throws(HoneError) -> VerificationReport {
        var report = VerificationReport()
        for (batch, feed) in feeds.enumerated() {
            var values: [String: Tensor] = [:]
            let expected = try unfused.run(feed) { observation throws(HoneError) in
                for (name, view) in zip(observation.outputNames, try observation.outputs()) {
                    if let name { values[name] = view?.copied() }
                }
            }
            let found = try fused.run(feed) { observation throws(HoneError) in
                let step = observation.step
                let outputs = try observation.outputs()
                let differences = zip(observation.outputNames, outputs).compactMap { name, view -> TensorDifference? in
                    guard let name, let view, let reference = values[name] else { return nil }
                    return TensorDifference(name, view.copied(), reference: reference)
                }
                guard !differences.isEmpty else { return }
                report.nodes.append(
                    VerificationReport.NodeResult(
                        node: step.node.name, operatorType: step.node.qualifiedType, batch: batch, outputs: differences)
                )
            }
            report.endToEnd.append(
                expected.keys.sorted().compactMap { name in
                    guard let output = found[name], let reference = expected[name] else { return nil }
                    return TensorDifference(name, output, reference: reference)
                })
        }
        return report
    }
}
