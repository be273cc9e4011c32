import CMicrokernels
import ModelGraph
import Tensors

/// `QLinearAdd` and `QLinearMul`: operands 0 and 3 with scales and zero points behind each, those of the result at 6 and 7.
struct QuantizedBinaryForm {
    /// Positions of scales and zero points.
    static let parameters = [1, 2, 4, 5, 6, 7]

    private let operands: BinaryOperands
    private let full: TensorQuantization
    private let other: TensorQuantization
    private let result: TensorQuantization

    /// Nil for operands that the kernel does not take.
    init?(_ step: StepOperands) {
        guard let operands = BinaryOperands(step, 0, 3) else { return nil }
        let type = operands.y.type.elementType
        let (first, second) = (operands.fullPosition, operands.otherPosition)
        guard let full = TensorQuantization(step, scale: first + 1, zeroPoint: first + 2, type),
            let other = TensorQuantization(step, scale: second + 1, zeroPoint: second + 2, type),
            let result = TensorQuantization(step, scale: 6, zeroPoint: 7, type)
        else { return nil }
        (self.operands, self.full, self.other, self.result) = (operands, full, other, result)
    }

    var arrangements: [Arrangement] { operands.arrangements }

    /// - Parameter bounds: what the integers are clamped to; nil for all of the type's.
    func kernel(
        _ operation: mk_binary, bounds: ClosedRange<Int32>?, isa: InstructionSet
    ) throws(HoneError) -> any CPUKernel {
        let isBlocked = operands.y.blocked != nil
        // Both operations commute, NaNs included, since every NaN is stored as the lowest integer.
        let load = (
            full: try full.checked().load(isBlocked: isBlocked), other: try other.checked().load(isBlocked: isBlocked)
        )
        let store = try result.checked().store(isBlocked: isBlocked, bounds: bounds)
        return ElementwiseKernel(
            a: operands.full, second: operands.second, y: operands.y
        ) { [isa = isa.mk] rows in
            var (full, other, store) = (load.full, load.other, store)
            mk_binary_u8(isa, operation, rows, &full, &other, &store)
        }
    }
}
