import ModelGraph
import Tensors

extension MatMulIntegerToFloat: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        try DequantizedProduct(
            a: inputs.required(0), aScale: inputs.required(2).elements(as: Float.self)[0],
            aZeroPoint: inputs.optional(4)?.eightBitIntegers()[0] ?? 0, b: inputs.required(1),
            bScale: inputs.required(3), bZeroPoint: inputs.optional(5), bias: inputs.optional(6)
        ).run(into: outputs.required(0))
    }
}
