import ModelGraph
import Tensors

extension InstanceNormalization: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let pixels = x.elements(as: Float.self)
        let y = outputs.required(0).elements(as: Float.self)
        guard !y.isEmpty else { return }
        let scale = inputs.required(1).elements(as: Float.self)
        let bias = inputs.required(2).elements(as: Float.self)
        let channels = x.shape[1]
        let count = x.shape[2...].reduce(1, *)
        for plane in 0..<x.shape[0] * channels {
            let channel = plane % channels
            let range = plane * count..<(plane + 1) * count
            // Statistics in double, so that a large plane's do not depend on the order of additions by more than a rounding.
            let mean = range.reduce(0.0) { $0 + Double(pixels[$1]) } / Double(count)
            let variance =
                range.reduce(0.0) { sum, index in
                    let difference = Double(pixels[index]) - mean
                    return sum + difference * difference
                } / Double(count)
            let factor = Double(scale[channel]) / (variance + Double(epsilon)).squareRoot()
            for index in range {
                y[index] = Float((Double(pixels[index]) - mean) * factor + Double(bias[channel]))
            }
        }
    }
}
