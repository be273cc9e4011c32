import ModelGraph
import Tensors

extension Conv: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, w) = (inputs.required(0), inputs.required(1))
        let weights = w.elements(as: Float.self)
        let y = outputs.required(0).elements(as: Float.self)
        let channels = w.shape[0]
        let starts =
            inputs.optional(2).map { Array($0.elements(as: Float.self)) } ?? Array(repeating: 0, count: channels)
        let convolution = try Convolution<Float>(
            window: try resolvedWindow(input: x.shape, weight: w.shape), inputShape: x.shape, weightShape: w.shape,
            group: group, weight: { index, _ in weights[index] })
        guard let input = x.elements(as: Float.self).address, let output = y.baseAddress else { return }
        convolution.run(images: x.shape[0], starts: starts, input: input, convert: { $0 }) { _, first, sums in
            guard let source = sums.baseAddress else { return }
            (output + first).update(from: source, count: sums.count)
        }
    }
}
