import Lowering
import ModelGraph
import Tensors

extension Div: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        step.output(0).map { .signedNumber("divide", $0.type.elementType) }
    }
}
