import ModelGraph
import Tensors

extension Gather: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (data, output) = (inputs.required(0), outputs.required(0))
        let axis = try Operands.axis(axis, rank: data.shape.count)
        let size = data.shape[axis]
        let indices = inputs.required(1).copied().integers() ?? []
        let positions = try indices.map { index throws(HoneError) in
            guard index >= -size, index < size else {
                throw HoneError(.invalidInput, "index \(index) is outside an axis of size \(size)")
            }
            return index < 0 ? index + size : index
        }
        guard output.elementCount > 0 else { return }
        let rows = data.shape[..<axis].reduce(1, *)
        let byteCount = data.bytes.count / rows / size
        var target = 0
        for row in 0..<rows {
            for position in positions {
                let start = (row * size + position) * byteCount
                UnsafeMutableRawBufferPointer(rebasing: output.bytes[target..<(target + byteCount)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: data.bytes[start..<(start + byteCount)]))
                target += byteCount
            }
        }
    }
}
