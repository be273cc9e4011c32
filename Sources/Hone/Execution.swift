import Evaluation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors

/// A way to run a model that `verify` can hold against another: a device, with operators fused or not.
package struct Execution: Sendable, Hashable, CustomStringConvertible {
    package let device: Device
    package let isFusing: Bool

    private static let unfusedSuffix = ":unfused"

    /// Reads a device's spelling, with `:unfused` behind it or not.
    package init(_ spelling: String) throws(HoneError) {
        isFusing = !spelling.hasSuffix(Execution.unfusedSuffix)
        device = try Device(isFusing ? spelling : String(spelling.dropLast(Execution.unfusedSuffix.count)))
    }

    package var description: String { "\(device)\(isFusing ? "" : Execution.unfusedSuffix)" }

    fileprivate var pipeline: PassPipeline { isFusing ? .execution : .unfusedExecution }
}

extension Model {
    /// Compares two executions: node by node on the first one's values where their graphs are the same, else every value
    /// that both compute; and the outputs end to end.
    ///
    /// - Parameter threads: how many threads both may use on the host; nil for one a core. No result may depend on it.
    package func verify(
        _ reference: Execution, against other: Execution, feeds: [[String: Tensor]], threads: Int? = nil
    ) throws(HoneError) -> VerificationReport {
        var graph = self.graph
        try reference.pipeline.run(on: &graph, evaluator: ReferenceBackend())
        if reference.isFusing == other.isFusing {
            return try Verification(
                graph, on: try other.device.backend(threads: threads),
                against: try reference.device.backend(threads: threads),
                evaluator: ReferenceBackend()
            ).run(feeds)
        }
        guard reference.device == other.device else {
            throw HoneError(
                .invalidOption, "\(reference) and \(other) differ in both device and fusion",
                remedy: "compare the devices first, then fused with unfused on one of them")
        }
        var otherGraph = self.graph
        try other.pipeline.run(on: &otherGraph, evaluator: ReferenceBackend())
        let (fused, unfused) = reference.isFusing ? (graph, otherGraph) : (otherGraph, graph)
        return try FusionVerification(
            fused: fused, unfused: unfused, on: try reference.device.backend(threads: threads),
            evaluator: ReferenceBackend()
        ).run(feeds)
    }
}
