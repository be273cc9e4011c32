import Lowering
import ModelGraph
import Tensors

extension Add: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        step.output(0).map { .number("add", $0.type.elementType) }
    }
}
