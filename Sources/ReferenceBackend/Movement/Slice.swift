import ModelGraph
import Tensors

extension Slice: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (input, output) = (inputs.required(0), outputs.required(0))
        guard output.elementCount > 0 else { return }
        let operands = Operands(views: inputs, valuesAt: planTimeInputs, outputCount: 1)
        var walk = StridedWalk(shape: output.shape, strides: rowMajorStrides(input.shape))
        for (axis, selection) in try selections(operands).enumerated() {
            walk.offset += selection.start * walk.strides[axis]
            walk.strides[axis] *= selection.step
        }
        copyElements(input, walk, to: output)
    }
}
