import Lowering
import ModelGraph
import Tensors

extension HardSigmoid: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("hard_sigmoid", [alpha, beta])
    }
}
