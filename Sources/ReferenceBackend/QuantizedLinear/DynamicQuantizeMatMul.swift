import ModelGraph
import Tensors

extension DynamicQuantizeMatMul: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let a = inputs.required(0)
        let rows = DynamicallyQuantized(a.elements(as: Float.self))
        let integers = Tensor(rows.bytes, shape: a.shape)
        // The view stays valid while `integers` holds its storage, to the end of this function.
        let view = integers.withUnsafeBytes { TensorView(type: integers.type, bytes: $0) }
        try DequantizedProduct(
            a: view, aScale: rows.scale, aZeroPoint: rows.zeroPoint, b: inputs.required(1),
            bScale: inputs.required(2), bZeroPoint: inputs.optional(3), bias: inputs.optional(4)
        ).run(into: outputs.required(0))
        withExtendedLifetime(integers) {}
    }
}
