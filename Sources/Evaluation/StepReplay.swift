import ModelGraph
import Runtime
import Synchronization
import Tensors

/// Runs the nodes of observed steps on another backend, with the values that were observed, so that no difference is
/// inherited.
package final class StepReplay: Sendable {
    private let graph: Graph
    private let backend: any Backend
    private let evaluator: any OperatorEvaluator
    private let sessions = Mutex<[String: Session]>([:])

    /// - Parameter graph: whose nodes the steps are of.
    package init(_ graph: Graph, on backend: any Backend, evaluator: any OperatorEvaluator) {
        self.graph = graph
        self.backend = backend
        self.evaluator = evaluator
    }

    /// Compares a step's outputs with what the other backend makes of its inputs.
    ///
    /// - Parameter plan: the plan that is being observed.
    /// - Returns: one difference for each output; nil for a step that is none of the graph's, such as a copy.
    /// - Throws: what the other backend throws, at the step's node.
    package func compare(_ observation: StepObservation, in plan: Plan) throws(HoneError) -> [TensorDifference]? {
        guard observation.outputNames.contains(where: { $0 != nil }) else { return nil }
        let step = observation.step
        var views: [String: TensorView] = [:]
        for (value, view) in zip(step.inputs, try observation.inputs()) {
            if let value, let view { views[plan.values[value].name] = view }
        }
        let key = step.node.outputs.first { !$0.isEmpty } ?? step.label
        let session: Session
        if let known = sessions.withLock({ $0[key] }) {
            session = known
        } else {
            let made = try self.session(for: step, views)
            sessions.withLock { $0[key] = made }
            session = made
        }
        var feed: [String: Tensor] = [:]
        for input in session.graph.inputs { feed[input.name] = views[input.name]?.copied() }
        let found: [String: Tensor]
        do throws(HoneError) {
            found = try session.run(feed)
        } catch {
            throw error.atNode(step.label).during("verification of one node on \(backend.name)")
        }
        var bound: ((Double) -> Double)?
        if let transcendental = step.typedOperator as? any TranscendentalOperator {
            bound = type(of: transcendental).bound(magnitude:)
        }
        var differences: [TensorDifference] = []
        for (name, view) in zip(observation.outputNames, try observation.outputs()) {
            guard let name, let view, let output = found[name] else { continue }
            differences.append(
                TensorDifference(
                    name, output, reference: view.copied().narrowed(to: output.elementType), bound: bound))
        }
        return differences
    }

    /// The step's nodes alone as a graph: constants stay constants, so that the backend packs them as it would in the model.
    ///
    /// Floating-point values are float32, which is all that backends see.
    private func session(for step: PlanStep, _ views: [String: TensorView]) throws(HoneError) -> Session {
        var part = Graph()
        part.name = step.label
        part.opsets = graph.opsets
        part.irVersion = max(graph.irVersion, 4)
        part.nodes = [step.node] + step.fused
        let made = Set(part.nodes.flatMap(\.outputs))
        var known: Set<String> = []
        for name in part.nodes.flatMap(\.inputs) where !name.isEmpty && !made.contains(name) {
            guard known.insert(name).inserted else { continue }
            if let constant = graph.constant(name) {
                part.setInitializer(name, constant.inComputeType())
            } else if let view = views[name] {
                part.inputs.append(ValueInfo(name: name, elementType: view.elementType, shape: nil))
            }
        }
        guard let last = part.nodes.last else { preconditionFailure("a step has a node") }
        part.outputs = last.outputs.filter { !$0.isEmpty }.map { ValueInfo(name: $0, elementType: nil, shape: nil) }
        return try Session(part, backend: backend, evaluator: evaluator)
    }
}
