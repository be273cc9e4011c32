import Lowering
import ModelGraph
import Tensors

extension Equal: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation(step.input(0)?.type.elementType == .bool ? "equal_bool" : "equal")
    }
}
