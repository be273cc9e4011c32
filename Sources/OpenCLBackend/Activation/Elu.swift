import Lowering
import ModelGraph
import Tensors

extension Elu: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("elu", [alpha])
    }
}
