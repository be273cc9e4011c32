import ModelGraph
import Tensors

extension ConvInteger: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, w) = (inputs.required(0), inputs.required(1))
        let channels = w.shape[0]
        guard let output = outputs.required(0).elements(as: Int32.self).baseAddress else { return }
        try runOnIntegers(
            x: x, xZeroPoint: inputs.optional(2)?.eightBitIntegers()[0] ?? 0, w: w,
            wZeroPoints: (inputs.optional(3)?.eightBitIntegers() ?? [0]).spread(over: channels),
            starts: Array(repeating: 0, count: channels)
        ) { _, first, sums in
            guard let source = sums.baseAddress else { return }
            (output + first).update(from: source, count: sums.count)
        }
    }
}
