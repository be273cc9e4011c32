/// What the operands of float convolutions and matrix products are rounded to before they are multiplied. Sums are float32
/// always, and so is every other operator.
public enum FloatPrecision: String, Sendable, CaseIterable {
    /// Not at all: one chain of `fma` for each output, the same bits on every device.
    case float32
    /// To 10 bits behind the point, ties away from zero, with the range of float32.
    case tf32
    /// To float16, ties to even: what rounds to more than 65504 becomes infinite.
    case float16
}

extension Float {
    /// The nearest number of tf32, ties away from zero, as `cvt.rna.tf32` of PTX rounds; infinite where that is out of range.
    package var roundedToTF32: Float {
        // A carry goes on into the exponent.
        isNaN ? .nan : Float(bitPattern: (bitPattern &+ 0x1000) & ~0x1fff)
    }
}
