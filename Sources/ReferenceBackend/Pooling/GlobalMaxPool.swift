import ModelGraph
import Tensors

extension GlobalMaxPool: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let pixels = x.elements(as: Float.self)
        let y = outputs.required(0).elements(as: Float.self)
        let count = x.shape[2...].reduce(1, *)
        // A NaN is larger than nothing, as in MaxPool.
        for plane in y.indices {
            var best = -Float.infinity
            for index in plane * count..<(plane + 1) * count where pixels[index] > best { best = pixels[index] }
            y[plane] = best
        }
    }
}
