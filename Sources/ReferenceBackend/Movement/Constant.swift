import ModelGraph
import Tensors

extension Constant: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        value.inComputeType().withUnsafeBytes { outputs.required(0).bytes.copyMemory(from: $0) }
    }
}
