import ModelGraph
import Tensors

extension GlobalAveragePool: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let pixels = x.elements(as: Float.self)
        let y = outputs.required(0).elements(as: Float.self)
        let count = x.shape[2...].reduce(1, *)
        // One sum from 0 in row-major order; the division comes last.
        for plane in y.indices {
            var sum: Float = 0
            for index in plane * count..<(plane + 1) * count { sum += pixels[index] }
            y[plane] = sum / Float(count)
        }
    }
}
