import ModelGraph
import Runtime
import Tensors

extension QLinearConcat: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let y = outputs.required(0)
        let result = try inputs.quantization(scale: 0, zeroPoint: 1)
        let range: QuantizedRange = y.elementType == .int8 ? .int8 : .uint8
        let axis = try Operands.axis(axis, rank: y.shape.count)
        let whole = AxisLines(y.shape, axis: axis)
        var offset = 0
        for index in stride(from: 2, to: inputs.count, by: 3) {
            let part = inputs.required(index)
            let lines = AxisLines(part.shape, axis: axis)
            let quantization = try inputs.quantization(scale: index + 1, zeroPoint: index + 2)
            let table = quantization.realValues(of: part.elementType).map { result.byte($0, range) }
            let (source, target) = (part.byteElements, y.byteElements)
            let run = lines.length * lines.inner
            for outer in 0..<lines.outer {
                let start = outer * whole.length * whole.inner + offset
                for element in 0..<run {
                    target[start + element] = table[Int(source[outer * run + element])]
                }
            }
            offset += run
        }
    }
}
