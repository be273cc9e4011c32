import Lowering
import ModelGraph
import Tensors

extension Not: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("not")
    }
}
