import ModelGraph
import Runtime
import Tensors

/// What `hone inspect --plan` says: the steps of a plan with their operands' types, layouts and places.
package struct PlanSummary: Sendable {
    /// One step.
    package struct Step: Sendable {
        package let index: Int
        package let operatorType: String
        package let name: String
        package let annotations: [String: String]
        /// Later nodes whose work the step does too.
        package let fused: [String]
        /// What the backend says of its kernel: how many blocks of weights it keeps, for instance.
        package let detail: String?
        package let outputs: [(name: String, type: String, layout: String, place: String)]
    }

    package let device: String
    /// Of float convolutions and matrix products.
    package let precision: FloatPrecision
    package let shapes: [String: [Int]]
    package let steps: [Step]
    package let arenaByteCount: Int
    package let unsharedByteCount: Int
    package let constantByteCount: Int

    package init(
        _ model: Model, session: InferenceSession, precision: FloatPrecision = .float32, shapes given: [String: [Int]]
    ) throws(HoneError) {
        self.precision = precision
        let feed = try model.exampleFeed(given)
        let plan = try session.session.plan(for: feed)
        device = session.session.backend.name
        shapes = feed.mapValues(\.shape)
        arenaByteCount = plan.arenaByteCount
        unsharedByteCount = plan.unsharedByteCount
        constantByteCount = plan.constantByteCount
        steps = plan.steps.map { step in
            let outputs = step.outputs.compactMap { $0 }.map { identifier in
                let value = plan.values[identifier]
                return (value.name, value.type.description, value.layout.description, value.place.description)
            }
            return Step(
                index: step.index, operatorType: step.node.qualifiedType, name: step.node.name,
                annotations: step.node.annotations,
                fused: step.fused.map { $0.name.isEmpty ? $0.qualifiedType : $0.name }, detail: step.detail,
                outputs: outputs)
        }
    }
}

extension PlannedValue.Place: CustomStringConvertible {
    /// Where the value lives, as the plan's table prints it.
    package var description: String {
        switch self {
        case .input: "input"
        case .constant: "constant"
        case .arena(let offset): "arena+\(offset)"
        case .output: "output"
        case .unused: "never stored"
        }
    }
}
