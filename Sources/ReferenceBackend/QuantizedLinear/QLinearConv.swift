import ModelGraph
import Tensors

extension QLinearConv: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, w) = (inputs.required(0), inputs.required(3))
        let channels = w.shape[0]
        let xScale = try inputs.required(1).scales("x_scale")[0]
        let wScales = try inputs.required(4).scales("w_scale").spread(over: channels)
        let yScale = try inputs.required(6).scales("y_scale")[0]
        let multipliers = wScales.map { (xScale * $0) / yScale }
        let starts =
            inputs.optional(8).map { Array($0.elements(as: Int32.self)) } ?? Array(repeating: 0, count: channels)
        guard
            let store = QuantizedStore(
                outputs.required(0), zeroPoint: inputs.required(7).eightBitIntegers()[0])
        else { return }
        try runOnIntegers(
            x: x, xZeroPoint: inputs.required(2).eightBitIntegers()[0], w: w,
            wZeroPoints: inputs.required(5).eightBitIntegers().spread(over: channels), starts: starts
        ) { channel, first, sums in
            store.store(sums, first: first) { _ in multipliers[channel] }
        }
    }
}
