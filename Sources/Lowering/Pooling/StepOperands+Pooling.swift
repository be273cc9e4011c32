import ModelGraph
import Tensors

extension StepOperands {
    /// The quantization of input 0 and of output 0 of an operator on one tensor; nil where it is not constant.
    package var poolQuantization: (from: TensorQuantization, to: TensorQuantization)? {
        guard let type = input(0)?.type.elementType,
            let from = TensorQuantization(self, scale: 1, zeroPoint: 2, type),
            let to = TensorQuantization(self, scale: 3, zeroPoint: 4, type)
        else { return nil }
        return (from, to)
    }

    /// Blocked planes into row-major results, or blocked ones.
    package var planePoolArrangements: [Arrangement] {
        guard let x = input(0), x.type.isImage else { return [] }
        return [
            Arrangement(inputs: [0: .blocked()], outputs: [0: .rowMajor]),
            Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()]),
        ]
    }
}
