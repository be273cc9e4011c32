import ModelGraph
import Tensors

/// `QLinearAdd` and `QLinearMul`: operands 0 and 3 with scales and zero points behind each, those of the result at 6 and 7.
package struct QuantizedBinaryForm {
    /// Positions of scales and zero points.
    package static let parameters = [1, 2, 4, 5, 6, 7]

    package let operands: BinaryOperands
    /// Of `operands.full`, of `operands.other` and of the result.
    package let full: TensorQuantization
    package let other: TensorQuantization
    package let result: TensorQuantization

    /// Nil for operands that the kernel does not take.
    package init?(_ step: StepOperands) {
        guard let operands = BinaryOperands(step, 0, 3) else { return nil }
        let type = operands.y.type.elementType
        let (first, second) = (operands.fullPosition, operands.otherPosition)
        guard let full = TensorQuantization(step, scale: first + 1, zeroPoint: first + 2, type),
            let other = TensorQuantization(step, scale: second + 1, zeroPoint: second + 2, type),
            let result = TensorQuantization(step, scale: 6, zeroPoint: 7, type)
        else { return nil }
        (self.operands, self.full, self.other, self.result) = (operands, full, other, result)
    }

    package var arrangements: [Arrangement] { operands.arrangements }
}
