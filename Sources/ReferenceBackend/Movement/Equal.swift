import ModelGraph
import Tensors

extension Equal: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (a, b, output) = (inputs.required(0), inputs.required(1), outputs.required(0))
        switch a.elementType {
        // A file's bool may hold any byte.
        case .bool: compare(a, b, output, as: UInt8.self) { ($0 == 0) == ($1 == 0) }
        case .uint8, .int8: compare(a, b, output, as: UInt8.self, ==)
        case .uint16, .int16: compare(a, b, output, as: UInt16.self, ==)
        case .uint32, .int32: compare(a, b, output, as: UInt32.self, ==)
        case .uint64, .int64: compare(a, b, output, as: UInt64.self, ==)
        case .float32, .float16, .bfloat16, .float64: compare(a, b, output, as: Float.self, ==)
        }
    }

    private func compare<Word: BitwiseCopyable>(
        _ a: TensorView, _ b: TensorView, _ output: MutableTensorView, as _: Word.Type,
        _ areEqual: (Word, Word) -> Bool
    ) {
        let (left, right) = (a.bytes.bindMemory(to: Word.self), b.bytes.bindMemory(to: Word.self))
        let strides = [a, b].map { broadcastStrides($0.shape, to: output.shape) }
        forEachBroadcastOffset(shape: output.shape, strides: strides) { element, offsets in
            output.bytes[element] = areEqual(left[offsets[0]], right[offsets[1]]) ? 1 : 0
        }
    }
}
