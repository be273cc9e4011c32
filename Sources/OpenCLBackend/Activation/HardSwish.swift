import Lowering
import ModelGraph
import Tensors

extension HardSwish: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("hard_swish", [1 / 6, 0.5])
    }
}
