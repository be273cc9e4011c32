import ModelGraph
import Runtime
import Tensors

extension QLinearGlobalAveragePool: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, y) = (inputs.required(0), outputs.required(0))
        let reals = try inputs.quantization(scale: 1, zeroPoint: 2).realValues(of: x.elementType)
        let result = try inputs.quantization(scale: 3, zeroPoint: 4)
        let range: QuantizedRange = x.elementType == .int8 ? .int8 : .uint8
        let planes = AxisLines(x.shape, axes: spatialAxes(rank: x.shape.count))
        let (bytes, means) = (x.byteElements, y.byteElements)
        if planes.length == 0 {
            // The mean of nothing is a NaN.
            for index in means.indices { means[index] = result.byte(.nan, range) }
        }
        planes.forEach { plane, start in
            var sum: Float = 0
            for index in 0..<planes.length { sum += reals[Int(bytes[start + index * planes.inner])] }
            means[plane] = result.byte(sum / Float(planes.length), range)
        }
    }
}
