import Lowering
import ModelGraph
import Tensors

extension Mul: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        step.output(0).map { .number("multiply", $0.type.elementType) }
    }
}
