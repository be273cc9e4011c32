import Runtime
import Tensors

/// A model ready to run on one device. Calls from several threads take turns.
public final class InferenceSession: Sendable {
    package let session: Session
    /// The device it runs on.
    public let device: Device

    /// What checks each step; nil if nobody asked for that.
    private let validation: StepValidation?

    init(session: Session, device: Device, validation: StepValidation? = nil) {
        self.session = session
        self.device = device
        self.validation = validation
    }

    /// Runs one batch.
    ///
    /// - Parameter feed: a tensor for each of the model's inputs, by name.
    /// - Returns: a tensor for each of the model's outputs, by name.
    /// - Throws: `.invalidInput` where the feed does not fit the model; `.checkFailed` where `HONE_VALIDATE` names a device
    ///   that computes something else.
    public func run(_ feed: [String: Tensor]) throws(HoneError) -> [String: Tensor] {
        if let validation { return try validation.run(session, feed) }
        return try session.run(feed)
    }
}
