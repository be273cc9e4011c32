import ModelGraph
import Runtime
import Tensors

extension QLinearSoftmax: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, y) = (inputs.required(0), outputs.required(0))
        let reals = try inputs.quantization(scale: 1, zeroPoint: 2).realValues(of: x.elementType)
        let result = try inputs.quantization(scale: 3, zeroPoint: 4)
        let range: QuantizedRange = x.elementType == .int8 ? .int8 : .uint8
        let lines = try axis.lines(of: x.shape)
        var values = x.byteElements.map { reals[Int($0)] }
        values.withUnsafeMutableBufferPointer { values in
            lines.softmax(UnsafeBufferPointer(values), into: values)
            let bytes = y.byteElements
            for index in bytes.indices { bytes[index] = result.byte(values[index], range) }
        }
    }
}
