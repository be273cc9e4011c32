import ModelGraph
import Tensors

extension Where: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (condition, x, y) = (inputs.required(0), inputs.required(1), inputs.required(2))
        let output = outputs.required(0)
        let size = output.elementType.byteCount
        let strides = [condition, x, y].map { broadcastStrides($0.shape, to: output.shape) }
        forEachBroadcastOffset(shape: output.shape, strides: strides) { element, offsets in
            let isTrue = condition.bytes[offsets[0]] != 0
            let source = (isTrue ? offsets[1] : offsets[2]) * size
            UnsafeMutableRawBufferPointer(rebasing: output.bytes[element * size..<(element + 1) * size])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: (isTrue ? x : y).bytes[source..<(source + size)]))
        }
    }
}
