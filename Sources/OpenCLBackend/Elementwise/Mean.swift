import ModelGraph
import Tensors

extension Mean: VariadicOperator {
    func operation(_ type: ElementType, application: Int, of count: Int) -> ElementwiseOperation {
        guard application == count - 1 else { return .number("add", type) }
        // A count that the type cannot hold makes the mean 0, as a division by 0 does.
        let inputs = Float(count + 1)
        let fits = type.kernelRange.map { inputs <= $0.high } ?? true
        return .signedNumber("mean", type, [fits ? inputs : 0])
    }
}
