import ModelGraph
import Runtime
import Tensors

/// How long each step of one run took.
package struct Profile: Sendable {
    /// One step.
    package struct Step: Sendable {
        package let operatorType: String
        package let name: String
        package let outputType: String
        package let milliseconds: Double
    }

    package let device: String
    package let steps: [Step]
    /// The steps together, without what happens before and after them.
    package var milliseconds: Double { steps.reduce(0) { $0 + $1.milliseconds } }
}

extension InferenceSession {
    /// Runs one batch twice, once to plan and warm up, and times the steps of the second run.
    package func profile(_ feed: [String: Tensor]) throws(HoneError) -> (outputs: [String: Tensor], profile: Profile) {
        _ = try session.run(feed)
        var steps: [Profile.Step] = []
        let plan = try session.plan(for: feed)
        let outputs = try session.run(feed) { observation in
            let step = observation.step
            let outputType = step.outputs.first.flatMap { $0 }.map { plan.values[$0].type.description } ?? ""
            steps.append(
                Profile.Step(
                    operatorType: step.node.qualifiedType, name: step.node.name, outputType: outputType,
                    milliseconds: observation.duration.inMilliseconds))
        }
        return (outputs, Profile(device: session.backend.name, steps: steps))
    }
}

extension Duration {
    /// The duration in milliseconds.
    package var inMilliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}
