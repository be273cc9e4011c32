import ModelGraph
import Tensors

extension FusedQLinearMatMul: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        try base.run(inputs: inputs, outputs: outputs)
        bounds.apply(to: outputs.required(0))
    }
}
