import ModelGraph
import Tensors

extension Not: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let output = outputs.required(0).bytes
        // As bytes: a file's bool may hold any.
        for (index, byte) in inputs.required(0).bytes.enumerated() { output[index] = byte == 0 ? 1 : 0 }
    }
}
