import Runtime
import Tensors

/// A model ready to run on one device. Calls from several threads take turns.
public final class InferenceSession: Sendable {
    package let session: Session
    /// The device it runs on.
    public let device: Device

    init(session: Session, device: Device) {
        self.session = session
        self.device = device
    }

    /// Runs one batch.
    ///
    /// - Parameter feed: a tensor for each of the model's inputs, by name.
    /// - Returns: a tensor for each of the model's outputs, by name.
    /// - Throws: `.invalidInput` where the feed does not fit the model.
    public func run(_ feed: [String: Tensor]) throws(HoneError) -> [String: Tensor] { try session.run(feed) }
}
