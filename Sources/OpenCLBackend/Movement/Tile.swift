import Lowering
import ModelGraph
import Tensors

extension Tile: CopyOperator {
    func walk(_ step: StepOperands, x: TensorType, y: TensorType) throws(HoneError) -> CopyWalk {
        // Each axis of the output is an axis of repetitions, over which the input does not move, and its own.
        var (shape, strides): ([Int], [Int]) = ([], [])
        for (axis, stride) in rowMajorStrides(x.shape).enumerated() {
            shape += [y.shape[axis] / x.shape[axis], x.shape[axis]]
            strides += [0, stride]
        }
        return CopyWalk(shape: shape, source: strides, elementBytes: y.elementType.byteCount)
    }
}
