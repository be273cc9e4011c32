import Tensors

/// Floats quantized to uint8 by their own range, widened to hold 0.
struct DynamicallyQuantized {
    let bytes: [UInt8]
    let scale: Float
    let zeroPoint: Int32

    init(_ x: UnsafeBufferPointer<Float>) {
        var (lowest, highest): (Float, Float) = (0, 0)
        for value in x {
            if value < lowest { lowest = value }
            if value > highest { highest = value }
        }
        // Of zeros alone any scale is right; ONNX Runtime gives 1.
        let range = (highest - lowest) / 255
        let scale = range > 0 ? range : 1
        let zeroPoint = quantize(0 - lowest, scale: scale, zeroPoint: 0, range: .uint8)
        bytes = x.map { UInt8(truncatingIfNeeded: quantize($0, scale: scale, zeroPoint: zeroPoint, range: .uint8)) }
        (self.scale, self.zeroPoint) = (scale, zeroPoint)
    }
}
