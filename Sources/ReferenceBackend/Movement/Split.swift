import ModelGraph
import Tensors

extension Split: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let input = inputs.required(0)
        guard input.elementCount > 0 else { return }
        let axis = try Operands.axis(axis, rank: input.shape.count)
        let operands = Operands(views: inputs, valuesAt: planTimeInputs, outputCount: outputs.count)
        let rows = input.shape[..<axis].reduce(1, *)
        let rowByteCount = input.bytes.count / rows
        var column = 0
        for (index, size) in try partSizes(operands).enumerated() {
            let byteCount = rowByteCount / input.shape[axis] * size
            if let output = outputs.optional(index) {
                for row in 0..<rows {
                    let start = row * rowByteCount + column
                    UnsafeMutableRawBufferPointer(rebasing: output.bytes[row * byteCount..<(row + 1) * byteCount])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: input.bytes[start..<(start + byteCount)]))
                }
            }
            column += byteCount
        }
    }
}
