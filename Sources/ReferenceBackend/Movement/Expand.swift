import ModelGraph
import Tensors

extension Expand: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (input, output) = (inputs.required(0), outputs.required(0))
        let strides = broadcastStrides(input.shape, to: output.shape)
        copyElements(input, StridedWalk(shape: output.shape, strides: strides), to: output)
    }
}
