/// An operator whose float results come through `exp`, `log`, `tanh` or `pow`, which devices round differently.
///
/// What such functions give may differ from the C library's, on which the definition rests, within `bound`; on 8-bit
/// integers they are tables, which are made on the host.
package protocol TranscendentalOperator: Operator {
    /// The least magnitude that its operations round at, whatever the result's.
    static var leastMagnitude: Double { get }
}

extension TranscendentalOperator {
    /// Sums of positive terms, products and quotients round at the result's own magnitude; below normal numbers nothing is
    /// finer than their last place.
    package static var leastMagnitude: Double { Double(Float.leastNormalMagnitude) }

    /// The largest difference that two devices may show for an element of this magnitude.
    ///
    /// The least exact of the functions may be off by 16 units in the last place (`pow`; OpenCL 1.2, table 7.1), and the
    /// operations around it add a few roundings.
    package static func bound(magnitude: Double) -> Double {
        32 * Double(Float.ulpOfOne) * max(leastMagnitude, magnitude)
    }
}

extension Elu: TranscendentalOperator {
    /// `exp(x)` near 1, of which 1 is taken.
    package static var leastMagnitude: Double { 1 }
}
extension Exp: TranscendentalOperator {}
extension LRN: TranscendentalOperator {}
extension LogSoftmax: TranscendentalOperator {
    /// The logarithm of a sum that is near 1 has the sum's absolute error.
    package static var leastMagnitude: Double { 1 }
}
extension Pow: TranscendentalOperator {}
extension Sigmoid: TranscendentalOperator {}
extension Softmax: TranscendentalOperator {}
extension Swish: TranscendentalOperator {}
extension Tanh: TranscendentalOperator {}
