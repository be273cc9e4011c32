import Lowering
import ModelGraph
import Tensors

extension Slice: CopyOperator {
    func walk(_ step: StepOperands, x: TensorType, y: TensorType) throws(HoneError) -> CopyWalk {
        var (strides, offset) = (rowMajorStrides(x.shape), 0)
        for (axis, selection) in try selections(step.known).enumerated() {
            offset += selection.start * strides[axis]
            strides[axis] *= selection.step
        }
        return CopyWalk(
            shape: y.shape, source: strides, sourceOffset: offset, elementBytes: y.elementType.byteCount)
    }
}
