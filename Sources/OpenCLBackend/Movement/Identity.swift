import Lowering
import ModelGraph
import Tensors

extension Identity: CopyOperator {
    func walk(_ step: StepOperands, x: TensorType, y: TensorType) throws(HoneError) -> CopyWalk {
        CopyWalk(all: y)
    }
}
