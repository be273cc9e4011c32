import ModelGraph
import Tensors

extension Sum: VariadicOperator {
    func operation(_ type: ElementType, application: Int, of count: Int) -> ElementwiseOperation {
        .number("add", type)
    }
}
