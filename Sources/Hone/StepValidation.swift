import Evaluation
import Foundation
import ModelGraph
import Optimizers
import ReferenceBackend
import Runtime
import Tensors

/// Runs every step again on another device as soon as it has run, and stops at the first that differs: what
/// `HONE_VALIDATE=cpu` asks for.
struct StepValidation: StepCheck {
    /// Names the device to run steps again on.
    static let variable = "HONE_VALIDATE"

    let replay: StepReplay
    /// What messages call the device of `replay`.
    let deviceName: String

    /// What the environment asks for; nil if it asks for nothing.
    ///
    /// - Throws: `.invalidOption` for a device that is none, or where steps are not computed in float32; `.device` for a device
    ///   that is missing.
    static func fromEnvironment(
        _ graph: Graph, threads: Int?, precision: FloatPrecision
    ) throws(HoneError) -> StepValidation? {
        guard let name = ProcessInfo.processInfo.environment[variable], !name.isEmpty else { return nil }
        guard precision == .float32 else {
            throw HoneError(
                .invalidOption, "\(variable) compares bits, which are other ones in \(precision.rawValue)",
                remedy: "leave '--precision' out, or unset \(variable)")
        }
        let device: Device
        do throws(HoneError) {
            device = try Device(name)
        } catch {
            throw error.during("reading the environment variable \(variable)")
        }
        return StepValidation(
            replay: StepReplay(graph, on: try device.backend(threads: threads), evaluator: ReferenceBackend()),
            deviceName: device.description)
    }

    /// - Throws: `.checkFailed` at the node whose output differs by more than NUMERICS.md allows.
    func run(_ session: Session, _ feed: [String: Tensor]) throws(HoneError) -> [String: Tensor] {
        let plan = try session.plan(for: feed)
        return try session.run(feed) { observation throws(HoneError) in
            try check(observation, in: plan, on: session.backend.name)
        }
    }

    /// Runs one step again.
    ///
    /// - Throws: `.checkFailed` at the step's node if its output differs by more than NUMERICS.md allows.
    func check(_ observation: StepObservation, in plan: Plan, on backend: String) throws(HoneError) {
        let differences = try replay.compare(observation, in: plan) ?? []
        guard let first = differences.first(where: { !$0.isWithinBound }) else { return }
        let place = first.firstIndex.map { "element \($0)" } ?? "its type"
        throw HoneError(
            .checkFailed,
            "'\(first.value)' differs between \(backend) and \(deviceName) in \(first.differingCount) of "
                + "\(first.elementCount) elements, first in \(place), by \(first.maximumDifference) at most",
            remedy: "'hone verify --device \(deviceName),\(backend)' compares all nodes"
        ).atNode(observation.step.label)
    }
}
