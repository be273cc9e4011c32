import ModelGraph
import Tensors

extension Tile: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (input, output) = (inputs.required(0), outputs.required(0))
        guard output.elementCount > 0 else { return }
        // Each axis of the output is an axis of repetitions, over which the input does not move, and the input's own.
        var walk = StridedWalk(shape: [], strides: [])
        for (axis, stride) in rowMajorStrides(input.shape).enumerated() {
            walk.shape += [output.shape[axis] / input.shape[axis], input.shape[axis]]
            walk.strides += [0, stride]
        }
        copyElements(input, walk, to: output)
    }
}
