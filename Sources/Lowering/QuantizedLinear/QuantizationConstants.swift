import ModelGraph
import Tensors

extension StepOperands {
    /// Constant scales: one, or one for each channel.
    ///
    /// - Throws: `.invalidModel` if one is not finite and positive.
    package func scales(_ index: Int, _ role: String) throws(HoneError) -> [Float] {
        guard let constant = input(index)?.constant else { preconditionFailure("\(role) is no constant") }
        let scales = constant.elements(as: Float.self)
        for (position, scale) in scales.enumerated() where !(scale.isFinite && scale > 0) {
            throw HoneError(
                .invalidModel, "\(role)[\(position)] is \(scale); scales must be finite and greater than 0")
        }
        return scales
    }

    /// Constant integers of 8 or 32 bits: weights, zero points, or a bias. None where the input is absent or computed.
    package func integers(_ index: Int) -> [Int32] {
        (input(index)?.constant?.integers() ?? []).map { Int32(truncatingIfNeeded: $0) }
    }
}

extension Array {
    /// Per-channel values of what may be per tensor.
    package func spread(over channels: Int) -> [Element] {
        guard count == 1, channels != 1, let only = first else { return self }
        return Array(repeating: only, count: channels)
    }
}

extension ElementType {
    /// What is added to an integer of this type to get its byte in a blocked layout.
    package var offsetToUInt8: Int32 { self == .int8 ? 128 : 0 }

    /// All integers of a quantized type.
    package var quantizedRange: ClosedRange<Int32> {
        guard let range = QuantizedRange(self) else { preconditionFailure("\(self) is no quantized type") }
        return range.lowest...range.highest
    }
}
