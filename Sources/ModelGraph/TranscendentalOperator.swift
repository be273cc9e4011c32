/// An operator whose float results come through `exp`, `log`, `tanh` or `pow`, which devices round differently.
///
/// What such functions give may differ from the C library's, on which the definition rests, within `bound`; on 8-bit
/// integers they are tables, which are made on the host.
package protocol TranscendentalOperator: Operator {}

extension TranscendentalOperator {
    /// The largest difference that two devices may show for an element of this magnitude.
    ///
    /// The least exact of the functions may be off by 16 units in the last place (`pow`; OpenCL 1.2, table 7.1), and the
    /// operations around it add a few roundings of values of magnitude 1 or of the result's.
    package static func bound(magnitude: Double) -> Double { 32 * Double(Float.ulpOfOne) * max(1, magnitude) }
}

extension Elu: TranscendentalOperator {}
extension Exp: TranscendentalOperator {}
extension LRN: TranscendentalOperator {}
extension LogSoftmax: TranscendentalOperator {}
extension Pow: TranscendentalOperator {}
extension Sigmoid: TranscendentalOperator {}
extension Softmax: TranscendentalOperator {}
extension Swish: TranscendentalOperator {}
extension Tanh: TranscendentalOperator {}
