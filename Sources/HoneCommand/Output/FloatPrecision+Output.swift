import Hone

extension FloatPrecision {
    /// What follows the name of a device that computes in it; nothing for float32.
    var suffix: String { self == .float32 ? "" : " in \(rawValue)" }
}
