import ModelGraph
import Runtime
import Tensors

/// The scale and the zero point of a tensor quantized as a whole.
struct ScalarQuantization: Equatable {
    let scale: Float
    let zeroPoint: Int32

    /// Reads both from their views; an absent zero point is 0.
    init(scale: TensorView, zeroPoint: TensorView?) throws(HoneError) {
        self.scale = scale.elements(as: Float.self)[0]
        try checkScale(self.scale)
        self.zeroPoint = zeroPoint.map { $0.quantizedElement(0) } ?? 0
    }

    /// The real value that each byte of an 8-bit tensor stands for.
    func realValues(of type: ElementType) -> [Float] {
        (0...UInt8.max).map { byte in
            dequantize(quantizedValue(ofByte: byte, type), scale: scale, zeroPoint: zeroPoint)
        }
    }

    /// The byte that stands for `real` in an 8-bit tensor.
    @inline(__always)
    func byte(_ real: Float, _ range: QuantizedRange) -> UInt8 {
        UInt8(truncatingIfNeeded: quantize(real, scale: scale, zeroPoint: zeroPoint, range: range))
    }
}

/// The integer that a byte of a uint8 or int8 tensor holds.
@inline(__always)
func quantizedValue(ofByte byte: UInt8, _ type: ElementType) -> Int32 {
    type == .int8 ? Int32(Int8(bitPattern: byte)) : Int32(byte)
}

extension TensorView {
    /// The bytes of an 8-bit tensor.
    var byteElements: UnsafeBufferPointer<UInt8> {
        precondition(elementType.byteCount == 1)
        return bytes.assumingMemoryBound(to: UInt8.self)
    }

    /// One element of a quantized or int32 tensor.
    func quantizedElement(_ index: Int) -> Int32 {
        switch elementType {
        case .uint8: Int32(elements(as: UInt8.self)[index])
        case .int8: Int32(elements(as: Int8.self)[index])
        case .uint16: Int32(elements(as: UInt16.self)[index])
        case .int16: Int32(elements(as: Int16.self)[index])
        default: elements(as: Int32.self)[index]
        }
    }
}

extension MutableTensorView {
    /// The bytes of an 8-bit tensor.
    var byteElements: UnsafeMutableBufferPointer<UInt8> {
        precondition(elementType.byteCount == 1)
        return bytes.assumingMemoryBound(to: UInt8.self)
    }
}

extension [TensorView?] {
    /// The scale and the zero point at two input positions.
    func quantization(scale: Int, zeroPoint: Int) throws(HoneError) -> ScalarQuantization {
        try ScalarQuantization(scale: required(scale), zeroPoint: optional(zeroPoint))
    }
}
