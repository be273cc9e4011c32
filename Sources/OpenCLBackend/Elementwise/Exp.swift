import Lowering
import ModelGraph
import Tensors

extension Exp: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("exponential")
    }
}
