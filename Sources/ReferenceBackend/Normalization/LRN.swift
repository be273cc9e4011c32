import Foundation
import ModelGraph
import Runtime
import Tensors

extension LRN: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let pixels = x.elements(as: Float.self)
        let y = outputs.required(0).elements(as: Float.self)
        guard !y.isEmpty else { return }
        let channels = x.shape[1]
        let count = x.shape[2...].reduce(1, *)
        // An even size reaches one channel further up than down.
        let (down, up) = ((size - 1) / 2, size / 2)
        let factor = alpha / Float(size)
        HostThreads.forEach(count: x.shape[0] * channels) { plane in
            let channel = plane % channels
            let near = max(0, channel - down)...min(channels - 1, channel + up)
            for index in 0..<count {
                let image = (plane - channel) * count + index
                var sum: Float = 0
                for other in near { sum += pixels[image + other * count] * pixels[image + other * count] }
                let place = plane * count + index
                y[place] = pixels[place] / pow(bias + factor * sum, beta)
            }
        }
    }
}
