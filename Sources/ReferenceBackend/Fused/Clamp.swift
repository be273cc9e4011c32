import ModelGraph
import Tensors

extension Clamp: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let y = outputs.required(0)
        y.bytes.copyMemory(from: inputs.required(0).bytes)
        bounds.apply(to: y)
    }
}
