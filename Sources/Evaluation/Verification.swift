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
    }

    /// In the order of batches and steps.
    package internal(set) var nodes: [NodeResult] = []
    /// The whole graph's outputs, for each batch.
    package internal(set) var endToEnd: [[TensorDifference]] = []

    /// The first node that differs.
    package var firstDifference: NodeResult? { nodes.first { !$0.isEqual } }
    /// Whether the whole graph gives equal outputs.
    package var isEqualEndToEnd: Bool { endToEnd.allSatisfy { $0.allSatisfy(\.isEqual) } }
    /// Whether nothing differs.
    package var isEqual: Bool { firstDifference == nil && isEqualEndToEnd }
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
        var sessions: [String: Session] = [:]
        for (batch, feed) in feeds.enumerated() {
            let expected = try reference.run(feed) { observation throws(HoneError) in
                // What a backend added to its plan, or fused, is no node that the other could run alone.
                guard observation.step.fused.isEmpty, observation.outputNames.contains(where: { $0 != nil }) else {
                    return
                }
                let (step, inputs, outputs) = (observation.step, try observation.inputs(), try observation.outputs())
                let key = step.node.outputs.first { !$0.isEmpty } ?? step.label
                let session: Session
                if let known = sessions[key] {
                    session = known
                } else {
                    session = try self.session(for: step, inputs: inputs, outputs: outputs)
                    sessions[key] = session
                }
                let result = try compare(step, session, inputs: inputs, outputs: outputs, batch: batch)
                report.nodes.append(result)
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

    private func compare(
        _ step: PlanStep, _ session: Session, inputs: [TensorView?], outputs: [TensorView?], batch: Int
    ) throws(HoneError) -> VerificationReport.NodeResult {
        var feed: [String: Tensor] = [:]
        for (name, view) in zip(step.node.inputs, inputs)
        where session.graph.inputs.contains(where: { $0.name == name }) {
            feed[name] = view?.copied()
        }
        let found: [String: Tensor]
        do throws(HoneError) {
            found = try session.run(feed)
        } catch {
            throw error.atNode(step.label).during("verification of one node on \(session.backend.name)")
        }
        var differences: [TensorDifference] = []
        for (name, view) in zip(step.node.outputs, outputs) {
            guard let view, let output = found[name] else { continue }
            differences.append(
                TensorDifference(name, output, reference: view.copied().narrowed(to: output.elementType)))
        }
        return VerificationReport.NodeResult(
            node: step.label, operatorType: step.node.qualifiedType, batch: batch, outputs: differences)
    }

    /// The node alone as a graph: constants stay constants, so that the backend packs them as it would in the model.
    ///
    /// Floating-point values are float32, which is all that backends see.
    private func session(
        for step: PlanStep, inputs: [TensorView?], outputs: [TensorView?]
    ) throws(HoneError) -> Session {
        var single = Graph()
        single.name = step.label
        single.opsets = graph.opsets
        single.irVersion = max(graph.irVersion, 4)
        single.nodes = [step.node]
        var known: Set<String> = []
        for (name, view) in zip(step.node.inputs, inputs) {
            guard let view, known.insert(name).inserted else { continue }
            if let constant = graph.constant(name) {
                single.setInitializer(name, constant.inComputeType())
            } else {
                single.inputs.append(ValueInfo(name: name, elementType: view.elementType, shape: nil))
            }
        }
        single.outputs = zip(step.node.outputs, outputs).compactMap { name, view in
            view.map { _ in ValueInfo(name: name, elementType: nil, shape: nil) }
        }
        return try Session(single, backend: other.backend, evaluator: evaluator)
    }
}
