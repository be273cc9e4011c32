import Lowering
import ModelGraph
import Tensors

extension Expand: CopyOperator {
    func walk(_ step: StepOperands, x: TensorType, y: TensorType) throws(HoneError) -> CopyWalk {
        CopyWalk(
            shape: y.shape, source: broadcastStrides(x.shape, to: y.shape), elementBytes: y.elementType.byteCount)
    }
}
