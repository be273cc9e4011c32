import Lowering
import ModelGraph
import Tensors

extension Sub: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        step.output(0).map { .number("subtract", $0.type.elementType) }
    }
}
