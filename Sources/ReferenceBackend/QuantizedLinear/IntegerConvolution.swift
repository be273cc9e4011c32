import ModelGraph
import Tensors

extension ConvolutionOperator {
    /// Runs the convolution of 8-bit values as int32 numbers less their zero points; sums go to `store`.
    func runOnIntegers(
        x: TensorView, xZeroPoint: Int32, w: TensorView, wZeroPoints: [Int32], starts: [Int32],
        store: (_ channel: Int, _ first: Int, _ sums: UnsafeBufferPointer<Int32>) -> Void
    ) throws(HoneError) {
        let weights = w.eightBitIntegers()
        let convolution = try Convolution<Int32>(
            window: try resolvedWindow(input: x.shape, weight: w.shape), inputShape: x.shape, weightShape: w.shape,
            group: group, weight: { index, channel in weights[index] - wZeroPoints[channel] })
        let images = x.shape[0]
        if x.elementType == .int8 {
            guard let input = x.elements(as: Int8.self).address else { return }
            convolution.run(
                images: images, starts: starts, input: input, convert: { Int32($0) - xZeroPoint }, store: store)
        } else {
            guard let input = x.elements(as: UInt8.self).address else { return }
            convolution.run(
                images: images, starts: starts, input: input, convert: { Int32($0) - xZeroPoint }, store: store)
        }
    }
}
