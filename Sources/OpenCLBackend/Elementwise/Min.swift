import ModelGraph
import Tensors

extension Min: VariadicOperator {
    func operation(_ type: ElementType, application: Int, of count: Int) -> ElementwiseOperation {
        .number("minimum", type)
    }
}
