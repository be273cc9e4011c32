import Lowering
import ModelGraph
import Tensors

extension SpaceToDepth: CopyOperator {
    func walk(_ step: StepOperands, x: TensorType, y: TensorType) throws(HoneError) -> CopyWalk {
        let strides = rowMajorStrides(x.shape)
        return CopyWalk(
            shape: [y.shape[0], blockSize, blockSize, x.shape[1], y.shape[2], y.shape[3]],
            source: [strides[0], strides[2], 1, strides[1], strides[2] * blockSize, blockSize],
            elementBytes: y.elementType.byteCount)
    }
}
