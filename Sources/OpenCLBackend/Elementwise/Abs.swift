import Lowering
import ModelGraph
import Tensors

extension Abs: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        step.output(0).map { .number("absolute", $0.type.elementType) }
    }
}
