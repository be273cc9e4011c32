import ModelGraph
import Tensors

extension Concat: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let output = outputs.required(0)
        let axis = try Operands.axis(axis, rank: output.shape.count)
        guard output.elementCount > 0 else { return }
        let rows = output.shape[..<axis].reduce(1, *)
        let rowByteCount = output.bytes.count / rows
        var column = 0
        for index in inputs.indices {
            let input = inputs.required(index)
            let byteCount = input.bytes.count / rows
            for row in 0..<rows {
                let start = row * rowByteCount + column
                UnsafeMutableRawBufferPointer(rebasing: output.bytes[start..<(start + byteCount)])
                    .copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: input.bytes[row * byteCount..<(row + 1) * byteCount]))
            }
            column += byteCount
        }
    }
}
