import Tensors

extension TensorView {
    /// Scales as floats: one, or one per channel, as `inferTypes` has checked.
    ///
    /// - Throws: `.invalidModel` if one is not finite and positive.
    func scales(_ role: String) throws(HoneError) -> [Float] {
        let scales = Array(elements(as: Float.self))
        for (index, scale) in scales.enumerated() where !(scale.isFinite && scale > 0) {
            throw HoneError(
                .invalidModel, "\(role)[\(index)] is \(scale); scales must be finite and greater than 0")
        }
        return scales
    }

    /// The integers of an 8-bit tensor.
    func eightBitIntegers() -> [Int32] {
        elementType == .int8
            ? elements(as: Int8.self).map { Int32($0) } : elements(as: UInt8.self).map { Int32($0) }
    }
}

extension Array {
    /// Per-channel values of what may be per tensor.
    func spread(over channels: Int) -> [Element] {
        guard count == 1, channels != 1, let only = first else { return self }
        return Array(repeating: only, count: channels)
    }
}
