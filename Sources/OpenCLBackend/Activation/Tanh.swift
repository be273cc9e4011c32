import Lowering
import ModelGraph
import Tensors

extension Tanh: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("hyperbolic_tangent")
    }
}
