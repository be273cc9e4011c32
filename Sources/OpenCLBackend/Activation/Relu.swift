import Lowering
import ModelGraph
import Tensors

extension Relu: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        ElementwiseOperation("relu")
    }
}
