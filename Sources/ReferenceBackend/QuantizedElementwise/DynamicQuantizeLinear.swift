import ModelGraph
import Runtime
import Tensors

extension DynamicQuantizeLinear: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0).elements(as: Float.self)
        var (lowest, highest): (Float, Float) = (0, 0)
        for value in x {
            if value < lowest { lowest = value }
            if value > highest { highest = value }
        }
        // Of zeros alone any scale is right; ONNX Runtime gives 1.
        let range = (highest - lowest) / 255
        let scale = range > 0 ? range : 1
        let zeroPoint = quantize(0 - lowest, scale: scale, zeroPoint: 0, range: .uint8)
        if let y = outputs.optional(0)?.elements(as: UInt8.self) {
            for index in x.indices {
                y[index] = UInt8(
                    truncatingIfNeeded: quantize(x[index], scale: scale, zeroPoint: zeroPoint, range: .uint8))
            }
        }
        outputs.optional(1)?.elements(as: Float.self)[0] = scale
        outputs.optional(2)?.elements(as: UInt8.self)[0] = UInt8(truncatingIfNeeded: zeroPoint)
    }
}
