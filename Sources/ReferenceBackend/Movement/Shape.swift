import ModelGraph
import Tensors

extension Shape: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let output = outputs.required(0).elements(as: Int64.self)
        for (index, size) in dimensions(of: inputs.required(0).shape).enumerated() { output[index] = Int64(size) }
    }
}
