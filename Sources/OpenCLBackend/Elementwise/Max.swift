import ModelGraph
import Tensors

extension Max: VariadicOperator {
    func operation(_ type: ElementType, application: Int, of count: Int) -> ElementwiseOperation {
        .number("maximum", type)
    }
}
