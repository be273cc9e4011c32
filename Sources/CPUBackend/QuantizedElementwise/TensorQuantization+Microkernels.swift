import CMicrokernels
import Lowering

extension TensorQuantization {
    /// - Parameter isBlocked: whether int8 bytes lie there with their top bit flipped.
    func load(isBlocked: Bool) -> mk_u8_load {
        mk_u8_load(scale: scale, zero_point: Float(storedZeroPoint), flip: flip(isBlocked: isBlocked))
    }

    /// - Parameter bounds: the integers that the result is clamped to, all of the type's by default.
    func store(isBlocked: Bool, bounds: ClosedRange<Int32>? = nil) -> mk_u8_store {
        let (low, high) = self.bounds(bounds)
        return mk_u8_store(
            scale: scale, low: low, high: high, zero_point: storedZeroPoint, flip: flip(isBlocked: isBlocked))
    }
}
