import Lowering
import ModelGraph
import Tensors

extension Neg: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        step.output(0).map { .number("negate", $0.type.elementType) }
    }
}
