import ModelGraph
import Tensors

extension BatchNormalization: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let pixels = x.elements(as: Float.self)
        let y = outputs.required(0).elements(as: Float.self)
        guard !y.isEmpty else { return }
        let scale = inputs.required(1).elements(as: Float.self)
        let bias = inputs.required(2).elements(as: Float.self)
        let mean = inputs.required(3).elements(as: Float.self)
        let variance = inputs.required(4).elements(as: Float.self)
        let channels = x.shape[1]
        let count = x.shape[2...].reduce(1, *)
        // `fma(x - mean, scale / sqrt(variance + epsilon), B)`, every other step rounded to float32.
        let factors = (0..<channels).map { scale[$0] / (variance[$0] + epsilon).squareRoot() }
        for plane in 0..<x.shape[0] * channels {
            let channel = plane % channels
            for index in plane * count..<(plane + 1) * count {
                y[index] = bias[channel].addingProduct(pixels[index] - mean[channel], factors[channel])
            }
        }
    }
}
