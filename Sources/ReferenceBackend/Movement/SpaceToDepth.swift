import ModelGraph
import Tensors

extension SpaceToDepth: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (input, output) = (inputs.required(0), outputs.required(0))
        guard output.elementCount > 0 else { return }
        let strides = rowMajorStrides(input.shape)
        let walk = StridedWalk(
            shape: [output.shape[0], blockSize, blockSize, input.shape[1], output.shape[2], output.shape[3]],
            strides: [strides[0], strides[2], 1, strides[1], strides[2] * blockSize, blockSize])
        copyElements(input, walk, to: output)
    }
}
