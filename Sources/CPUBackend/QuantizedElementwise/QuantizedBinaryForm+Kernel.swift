import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension QuantizedBinaryForm {
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
