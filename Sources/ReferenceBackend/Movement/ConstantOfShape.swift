import ModelGraph
import Tensors

extension ConstantOfShape: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        value.inComputeType().withUnsafeBytes { fillElements(outputs.required(0), with: $0) }
    }
}
