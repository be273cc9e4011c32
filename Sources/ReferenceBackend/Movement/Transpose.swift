import ModelGraph
import Tensors

extension Transpose: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (input, output) = (inputs.required(0), outputs.required(0))
        let strides = rowMajorStrides(input.shape)
        let permutation = try permutation(rank: input.shape.count)
        copyElements(input, StridedWalk(shape: output.shape, strides: permutation.map { strides[$0] }), to: output)
    }
}
