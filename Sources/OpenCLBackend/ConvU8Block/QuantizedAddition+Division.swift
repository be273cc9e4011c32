import Lowering

extension QuantizedAddition.Parameters {
    /// Whether kernels get the defined integer for every convolved `v` and every byte of the other operand: by factors that
    /// were proven, or by a corrected product with the reciprocal, which fails where it meets infinities or subnormal numbers.
    ///
    /// - Parameters:
    ///   - low, high: bounds of v.
    func isExact(low: Float, high: Float) -> Bool {
        if factors != nil { return true }
        let reciprocal = 1 / scale
        guard reciprocal.isFinite else { return false }
        for v in Int32(low)...max(Int32(low), Int32(high)) {
            let convolved = Float(v) * convolutionScale
            for byte in 0..<256 {
                let sum = convolved + (Float(byte) - otherZeroPoint) * otherScale
                let quotient = sum * reciprocal
                let remainder = sum.addingProduct(-quotient, scale)
                let corrected = quotient.addingProduct(remainder, reciprocal)
                if rounded(corrected) != rounded(sum / scale) { return false }
            }
        }
        return true
    }

    /// As kernels store it: `fmax` and `fmin` pass a NaN over.
    private func rounded(_ value: Float) -> Float {
        Float.minimum(Float.maximum(value, low), high).rounded(.toNearestOrEven)
    }
}
