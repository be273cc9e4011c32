import ModelGraph
import Runtime
import Tensors

/// Looks at each step of a run, before anything is made of its values.
package protocol StepCheck: Sendable {
    /// - Parameters:
    ///   - plan: what is being run.
    ///   - backend: on what.
    /// - Throws: `.checkFailed` at the step's node if it is not as it must be; that ends the run.
    func check(_ observation: StepObservation, in plan: Plan, on backend: String) throws(HoneError)
}

/// Runs a float model over calibration data, one batch after the other, and keeps the statistics of chosen values.
///
/// The first dimension of every value is the batch: statistics per sample are over it. A value whose model type is not
/// float32 is left out, and so are constants.
package struct Calibrator {
    private let session: Session
    private let values: Set<String>
    private let check: (any StepCheck)?

    /// What was seen so far.
    package private(set) var record: CalibrationRecord

    /// - Parameters:
    ///   - values: the names of the values to watch: graph inputs and node outputs.
    ///   - model: the fingerprint of the model, for the record.
    ///   - check: looks at every step before its values count.
    package init(session: Session, values: Set<String>, model: UInt64, check: (any StepCheck)? = nil) {
        self.session = session
        self.values = values
        self.check = check
        record = CalibrationRecord(model: model)
    }

    /// Runs one batch and takes in what it shows.
    ///
    /// - Throws: what the run throws; the record is then as before.
    package mutating func add(_ feed: [String: Tensor]) throws(HoneError) {
        let plan = try session.plan(for: feed)
        let (session, values, check) = (session, values, check)
        var seen = record
        for (name, tensor) in feed where values.contains(name) && tensor.elementType == .float32 {
            tensor.withUnsafeBytes { seen.add(TensorView(type: tensor.type, bytes: $0), to: name) }
        }
        _ = try session.run(feed) { observation throws(HoneError) in
            try check?.check(observation, in: plan, on: session.backend.name)
            for (index, name) in observation.outputNames.enumerated() {
                guard let name, values.contains(name), let value = observation.step.outputs[index],
                    plan.values[value].modelElementType == .float32
                else { continue }
                // A device sums up where the value is, rather than hand it over.
                if let summary = try observation.summary(index) {
                    seen.add(summary, to: name)
                } else if let view = try observation.output(index) {
                    seen.add(view, to: name)
                }
            }
        }
        seen.add(samples: fingerprints(ofSamplesIn: feed))
        record = seen
    }
}

extension CalibrationRecord {
    fileprivate mutating func add(_ view: TensorView, to name: String) {
        add(view.elements(as: Float.self), samples: view.shape.first ?? 1, to: name)
    }
}
