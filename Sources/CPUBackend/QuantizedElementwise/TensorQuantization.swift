import CMicrokernels
import ModelGraph
import Tensors

/// The constant scale and zero point of a tensor of bytes, as kernels take them: the zero point of an int8 is 128 higher,
/// since its byte has the top bit flipped.
struct TensorQuantization: Hashable {
    let scale: Float
    /// As in the file.
    let zeroPoint: Int32
    let elementType: ElementType

    /// Reads the operands at two positions; nil where one is not a constant of one element, or the type not of 8 bits.
    init?(_ step: StepOperands, scale: Int, zeroPoint: Int, _ elementType: ElementType) {
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
    func checked() throws(HoneError) -> TensorQuantization {
        try checkScale(scale)
        return self
    }

    private var shift: Int32 { elementType == .int8 ? 128 : 0 }

    var range: QuantizedRange { elementType == .int8 ? .int8 : .uint8 }

    /// - Parameter isBlocked: whether int8 bytes lie there with their top bit flipped.
    func load(isBlocked: Bool) -> mk_u8_load {
        mk_u8_load(scale: scale, zero_point: Float(zeroPoint + shift), flip: flip(isBlocked: isBlocked))
    }

    /// - Parameter bounds: the integers that the result is clamped to, all of the type's by default.
    func store(isBlocked: Bool, bounds: ClosedRange<Int32>? = nil) -> mk_u8_store {
        let bounds = bounds ?? range.lowest...range.highest
        return mk_u8_store(
            scale: scale, low: Float(bounds.lowerBound - zeroPoint), high: Float(bounds.upperBound - zeroPoint),
            zero_point: zeroPoint + shift, flip: flip(isBlocked: isBlocked))
    }

    private func flip(isBlocked: Bool) -> UInt8 { elementType == .int8 && !isBlocked ? 0x80 : 0 }

    /// The real number that a byte of the file stands for.
    func real(ofByte byte: UInt8) -> Float {
        let integer = elementType == .int8 ? Int32(Int8(bitPattern: byte)) : Int32(byte)
        return dequantize(integer, scale: scale, zeroPoint: zeroPoint)
    }

    /// The byte of the file that stands for a real number.
    func byte(_ real: Float) -> UInt8 {
        UInt8(truncatingIfNeeded: quantize(real, scale: scale, zeroPoint: zeroPoint, range: range))
    }
}
