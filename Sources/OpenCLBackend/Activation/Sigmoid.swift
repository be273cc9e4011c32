import Lowering
import ModelGraph
import Tensors

extension Sigmoid: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("sigmoid")
    }
}
