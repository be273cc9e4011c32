import Lowering
import ModelGraph
import Tensors

extension Sqrt: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("square_root")
    }
}
