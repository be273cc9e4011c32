import ModelGraph
import Tensors

extension Dropout: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        if let output = outputs.optional(0) { output.bytes.copyMemory(from: inputs.required(0).bytes) }
        guard let mask = outputs.optional(1) else { return }
        if mask.elementType == .bool {
            mask.elements(as: Bool.self).update(repeating: true)
        } else {
            mask.elements(as: Float.self).update(repeating: 1)
        }
    }
}
