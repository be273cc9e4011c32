import Lowering
import ModelGraph
import Tensors

extension Transpose: CopyOperator {
    func walk(_ step: StepOperands, x: TensorType, y: TensorType) throws(HoneError) -> CopyWalk {
        let strides = rowMajorStrides(x.shape)
        let permutation = try permutation(rank: x.rank)
        return CopyWalk(
            shape: y.shape, source: permutation.map { strides[$0] }, elementBytes: y.elementType.byteCount)
    }
}
