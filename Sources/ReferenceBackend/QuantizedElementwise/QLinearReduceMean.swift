import ModelGraph
import Runtime
import Tensors

extension QLinearReduceMean: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, y) = (inputs.required(0), outputs.required(0).byteElements)
        let reals = try inputs.quantization(scale: 1, zeroPoint: 2).realValues(of: x.elementType)
        let result = try inputs.quantization(scale: 3, zeroPoint: 4)
        let range: QuantizedRange = x.elementType == .int8 ? .int8 : .uint8
        var kept = x.shape
        for axis in try reducedAxes(rank: kept.count) { kept[axis] = 1 }
        // The result broadcasts to the input: it stands still where a dimension is reduced.
        var sums = [Float](repeating: 0, count: y.count)
        let bytes = x.byteElements
        forEachBroadcastOffset(shape: x.shape, strides: [broadcastStrides(kept, to: x.shape)]) { element, offsets in
            sums[offsets[0]] += reals[Int(bytes[element])]
        }
        guard !y.isEmpty else { return }
        let count = Float(bytes.count / y.count)
        for index in y.indices { y[index] = result.byte(sums[index] / count, range) }
    }
}
