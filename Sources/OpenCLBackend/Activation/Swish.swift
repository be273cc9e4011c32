import Lowering
import ModelGraph
import Tensors

extension Swish: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("swish", [alpha])
    }
}
