import ModelGraph
import Tensors

extension FusedGemm: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        try base.run(inputs: inputs, outputs: outputs)
        activation.apply(to: outputs.required(0))
    }
}
