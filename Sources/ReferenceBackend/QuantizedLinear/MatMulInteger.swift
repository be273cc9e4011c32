import ModelGraph
import Tensors

extension MatMulInteger: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (a, b) = (inputs.required(0), inputs.required(1))
        let y = outputs.required(0).elements(as: Int32.self)
        guard !y.isEmpty else { return }
        let sums = try MatrixProductShape(a: a.shape, b: b.shape)
            .integerSums(a: a, aZeroPoint: inputs.optional(2), b: b, bZeroPoint: inputs.optional(3))
        for index in y.indices { y[index] = sums[index] }
    }
}
