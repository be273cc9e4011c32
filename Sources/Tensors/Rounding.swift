/// The smallest and the largest integer of an 8-bit (or wider) quantized type.
package struct QuantizedRange: Sendable, Hashable {
    package let lowest: Int32
    package let highest: Int32

    package static let uint8 = QuantizedRange(lowest: 0, highest: 255)
    package static let int8 = QuantizedRange(lowest: -128, highest: 127)
    package static let uint16 = QuantizedRange(lowest: 0, highest: 65_535)
    package static let int16 = QuantizedRange(lowest: -32_768, highest: 32_767)

    /// The range of an element type, nil if it is not a quantized activation type.
    package init?(_ type: ElementType) {
        switch type {
        case .uint8: self = .uint8
        case .int8: self = .int8
        case .uint16: self = .uint16
        case .int16: self = .int16
        default: return nil
        }
    }

    private init(lowest: Int32, highest: Int32) {
        self.lowest = lowest
        self.highest = highest
    }
}

/// `saturate(rint(real / scale) + zeroPoint)`: ONNX QuantizeLinear.
///
/// The division is the correctly rounded float32 one; ties go to the even integer *before* the zero point is added.
/// The clamp comes before the conversion to integer, so that no input traps: +inf saturates high, -inf low, and a NaN
/// gives the lowest integer, as ONNX Runtime's does.
package func quantize(_ real: Float, scale: Float, zeroPoint: Int32, range: QuantizedRange) -> Int32 {
    roundAndClamp(real / scale, zeroPoint: zeroPoint, range: range)
}

/// `real = scale * (q - zeroPoint)` in float32: ONNX DequantizeLinear.
package func dequantize(_ q: Int32, scale: Float, zeroPoint: Int32) -> Float { Float(q &- zeroPoint) * scale }

/// `int(rint(clamp(float(accumulator) * multiplier, qmin - zy, qmax - zy))) + zy`: the integer operators' epilogue.
///
/// `multiplier` is `(sx * sw[c]) / sy`, each operation rounded to float32 in that order.
package func requantize(_ accumulator: Int32, multiplier: Float, zeroPoint: Int32, range: QuantizedRange) -> Int32 {
    roundAndClamp(Float(accumulator) * multiplier, zeroPoint: zeroPoint, range: range)
}

private func roundAndClamp(_ value: Float, zeroPoint: Int32, range: QuantizedRange) -> Int32 {
    let low = Float(range.lowest - zeroPoint)
    let high = Float(range.highest - zeroPoint)
    // `value > low` is false for a NaN, which therefore becomes `low`.
    let clamped = value > low ? (value < high ? value : high) : low
    return Int32(clamped.rounded(.toNearestOrEven)) + zeroPoint
}
