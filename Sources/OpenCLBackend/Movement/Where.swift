import Lowering
import ModelGraph
import Tensors

extension Where: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("where")
    }
}
