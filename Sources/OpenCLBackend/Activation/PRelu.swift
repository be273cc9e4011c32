import Lowering
import ModelGraph
import Tensors

extension PRelu: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        step.output(0).map { .number("prelu", $0.type.elementType) }
    }
}
