import Lowering
import ModelGraph
import Tensors

extension LeakyRelu: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("leaky_relu", [alpha])
    }
}
