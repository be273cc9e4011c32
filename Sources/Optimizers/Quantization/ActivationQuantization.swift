import Tensors

/// The 8-bit grids that activations may be quantized to.
package enum QuantizedType: String, Sendable, CaseIterable {
    /// Any zero point, so that the grid spans just the range.
    case uint8
    case int8
    /// The zero point is the middle, 128: the grid spans as much below zero as above.
    case symmetricUInt8 = "symmetric uint8"
    /// The zero point is 0.
    case symmetricInt8 = "symmetric int8"

    package var isSymmetric: Bool { self == .symmetricUInt8 || self == .symmetricInt8 }
    package var elementType: ElementType { self == .uint8 || self == .symmetricUInt8 ? .uint8 : .int8 }
    package var range: QuantizedRange { elementType == .uint8 ? .uint8 : .int8 }
    /// The integer that stands for zero on a symmetric grid.
    var middle: Int32 { elementType == .uint8 ? 128 : 0 }

    /// A rank-0 zero point of this type.
    ///
    /// - Precondition: the value is in the type's range.
    func zeroPointTensor(_ zeroPoint: Int32) -> Tensor {
        elementType == .uint8 ? Tensor(scalar: UInt8(zeroPoint)) : Tensor(scalar: Int8(zeroPoint))
    }
}

/// Scale and zero point of an activation: `real = scale * (q - zeroPoint)`, one pair for the tensor
/// (Jacob et al. 2018, arXiv:1712.05877, section 2.1).
package struct ActivationQuantization: Equatable, Sendable {
    package let scale: Float
    package let zeroPoint: Int32
    package let type: QuantizedType

    /// Scales that Hone writes. The bounds keep `1 / scale` and the product of two scales normal and finite, so that no
    /// device's treatment of subnormal numbers matters.
    package static let scales: ClosedRange<Float> =
        Float(
            sign: .plus, exponent: -62, significand: 1)...Float(
            sign: .plus, exponent: 62, significand: 1)

    /// The finest grid of 256 levels that spans a range; of 255 about a zero in the middle if the type is symmetric. A
    /// range without extent, of a value that is always zero or was never seen, gets the scale 1.
    package init(_ range: ValueRange, type: QuantizedType) {
        self.type = type
        // In double precision the extent of [-max, max] does not overflow.
        let extent =
            type.isSymmetric
            ? 2 * Double(max(-range.low, range.high)) : Double(range.high) - Double(range.low)
        let levels = Double(type.range.highest - type.range.lowest) - (type.isSymmetric ? 1 : 0)
        let exact = extent > 0 ? Float(extent / levels) : 1
        scale = min(max(exact, ActivationQuantization.scales.lowerBound), ActivationQuantization.scales.upperBound)
        guard !type.isSymmetric else {
            zeroPoint = type.middle
            return
        }
        let below = (-Double(range.low) / Double(scale)).rounded(.toNearestOrEven)
        zeroPoint = type.range.lowest + Int32(min(max(below, 0), levels))
    }

    private init(scale: Float, zeroPoint: Int32, type: QuantizedType) {
        self.scale = scale
        self.zeroPoint = zeroPoint
        self.type = type
    }

    /// The pair that holds one value exactly: its magnitude is the scale. Zero, and magnitudes outside `scales`, get the
    /// grid of their range.
    package init(exactly value: Float, type: QuantizedType) {
        guard ActivationQuantization.scales.contains(value.magnitude) else {
            self.init(ValueRange(low: value, high: value), type: type)
            return
        }
        self.init(
            scale: value.magnitude,
            zeroPoint: type.isSymmetric ? type.middle : type.range.lowest + (value < 0 ? 1 : 0), type: type)
    }

    /// What the integers of the type stand for, from the lowest to the highest.
    package var representable: ClosedRange<Float> {
        dequantize(
            type.range.lowest, scale: scale, zeroPoint: zeroPoint)...dequantize(
                type.range.highest, scale: scale, zeroPoint: zeroPoint)
    }

    /// The integer that stands for a real number.
    package func quantized(_ value: Float) -> Int32 {
        quantize(value, scale: scale, zeroPoint: zeroPoint, range: type.range)
    }

    /// The integers that stand for real numbers.
    package func quantized(_ tensor: Tensor) -> Tensor {
        let integers = tensor.floats().map { quantized($0) }
        return type.elementType == .uint8
            ? Tensor(integers.map { UInt8($0) }, shape: tensor.shape)
            : Tensor(integers.map { Int8($0) }, shape: tensor.shape)
    }
}
