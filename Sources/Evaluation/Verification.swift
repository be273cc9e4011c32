import ModelGraph
import Runtime
import Tensors

/// Whether two backends give the same bits, node by node and from end to end.
package struct VerificationReport: Sendable {
    /// One node on one batch: the other backend was given the reference's inputs, so that no difference is inherited.
    package struct NodeResult: Sendable {
        package let node: String
        package let operatorType: String
        package let batch: Int
        package let outputs: [TensorDifference]

        package var isEqual: Bool { outputs.allSatisfy(\.isEqual) }
        /// Whether what differs is allowed to: see `TranscendentalOperator`.
        package var isWithinBound: Bool { outputs.allSatisfy(\.isWithinBound) }
    }

    /// In the order of batches and steps.
    package internal(set) var nodes: [NodeResult] = []
    /// The whole graph's outputs, for each batch.
    package internal(set) var endToEnd: [[TensorDifference]] = []

    /// The first node that differs, one that differs by more than is allowed before all others.
    package var firstDifference: NodeResult? {
        nodes.first { !$0.isWithinBound } ?? nodes.first { !$0.isEqual }
    }
    /// Whether the whole graph gives equal outputs.
    package var isEqualEndToEnd: Bool { endToEnd.allSatisfy { $0.allSatisfy(\.isEqual) } }
    /// Whether nothing differs.
    package var isEqual: Bool { firstDifference == nil && isEqualEndToEnd }
    /// Whether NUMERICS.md asks for equal bits from end to end: false where a transcendental function ran in float.
    package internal(set) var isExact = true
    /// Whether both backends keep to NUMERICS.md: each node's bits equal, or within its bound; and the outputs equal where no
    /// node has a bound.
    package var isWithinBounds: Bool {
        nodes.allSatisfy(\.isWithinBound) && (isEqualEndToEnd || !isExact)
    }
}

/// Runs a graph on a reference and each of its nodes, with the reference's inputs, on another backend.
package struct Verification {
    private let graph: Graph
    private let reference: Session
    private let other: Session
    private let evaluator: any OperatorEvaluator

    package init(
        _ graph: Graph, on other: any Backend, against reference: any Backend, evaluator: any OperatorEvaluator
    ) throws(HoneError) {
        self.graph = graph
        self.reference = try Session(graph, backend: reference, evaluator: evaluator)
        self.other = try Session(graph, backend: other, evaluator: evaluator)
        self.evaluator = evaluator
    }

    /// Compares on each of the batches.
    package func run(_ feeds: [[String: Tensor]]) throws(HoneError) -> VerificationReport {
        var report = VerificationReport()
        let replay = StepReplay(graph, on: other.backend, evaluator: evaluator)
        for (batch, feed) in feeds.enumerated() {
            let plan = try reference.plan(for: feed)
            let expected = try reference.run(feed) { observation throws(HoneError) in
                guard let outputs = try replay.compare(observation, in: plan) else { return }
                let step = observation.step
                report.isExact = report.isExact && !(step.typedOperator is any TranscendentalOperator)
                report.nodes.append(
                    VerificationReport.NodeResult(
                        node: step.label, operatorType: step.node.qualifiedType, batch: batch, outputs: outputs))
            }
            let found = try other.run(feed)
            report.endToEnd.append(
                expected.keys.sorted().compactMap { name in
                    guard let output = found[name], let reference = expected[name] else { return nil }
                    return TensorDifference(name, output, reference: reference)
                })
        }
        return report
    }
}
