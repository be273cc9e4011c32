import ModelGraph
import Runtime
import Tensors

extension DynamicQuantizeLinear: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let quantized = DynamicallyQuantized(inputs.required(0).elements(as: Float.self))
        if let y = outputs.optional(0)?.elements(as: UInt8.self) {
            for index in y.indices { y[index] = quantized.bytes[index] }
        }
        outputs.optional(1)?.elements(as: Float.self)[0] = quantized.scale
        outputs.optional(2)?.elements(as: UInt8.self)[0] = UInt8(truncatingIfNeeded: quantized.zeroPoint)
    }
}
