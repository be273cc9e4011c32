import ModelGraph
import Tensors

/// The constant scale and zero point of a tensor of bytes, as kernels take them.
package struct TensorQuantization: Sendable, Hashable {
    package let scale: Float
    /// As in the file.
    package let zeroPoint: Int32
    package let elementType: ElementType

    /// Reads the operands at two positions; nil where one is not a constant of one element, or the type not of 8 bits.
    package init?(_ step: StepOperands, scale: Int, zeroPoint: Int, _ elementType: ElementType) {
        guard Set<ElementType>.eightBit.contains(elementType), let value = step.input(scale),
            let constant = value.constant, constant.elementCount == 1
        else { return nil }
        self.scale = constant.inComputeType().floats()[0]
        self.elementType = elementType
        guard let point = step.input(zeroPoint) else {
            self.zeroPoint = 0
            return
        }
        guard let points = point.constant?.integers(), points.count == 1 else { return nil }
        self.zeroPoint = Int32(points[0])
    }

    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    package func checked() throws(HoneError) -> TensorQuantization {
        try checkScale(scale)
        return self
    }

    package var range: QuantizedRange { elementType == .int8 ? .int8 : .uint8 }

    /// The zero point of the u8 form: an int8's is 128 higher, since its byte has the top bit flipped.
    package var storedZeroPoint: Int32 { zeroPoint + elementType.offsetToUInt8 }

    /// What turns a byte in memory into the u8 form and back.
    ///
    /// - Parameter isBlocked: whether int8 bytes lie there with their top bit flipped.
    package func flip(isBlocked: Bool) -> UInt8 { elementType == .int8 && !isBlocked ? 0x80 : 0 }

    /// Bounds of the integers less their zero point.
    ///
    /// - Parameter clamp: the integers that a result is clamped to, all of the type's by default.
    package func bounds(_ clamp: ClosedRange<Int32>? = nil) -> (low: Float, high: Float) {
        let clamp = clamp ?? range.lowest...range.highest
        return (Float(clamp.lowerBound - zeroPoint), Float(clamp.upperBound - zeroPoint))
    }

    /// The real number that a byte of the file stands for.
    package func real(ofByte byte: UInt8) -> Float {
        let integer = elementType == .int8 ? Int32(Int8(bitPattern: byte)) : Int32(byte)
        return dequantize(integer, scale: scale, zeroPoint: zeroPoint)
    }

    /// The byte of the file that stands for a real number.
    package func byte(_ real: Float) -> UInt8 {
        UInt8(truncatingIfNeeded: quantize(real, scale: scale, zeroPoint: zeroPoint, range: range))
    }
}
