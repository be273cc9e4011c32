import CMicrokernels
import ModelGraph
import Runtime
import Tensors

/// A residual addition of quantized values with constant parameters, behind a convolution.
struct QuantizedAddition {
    /// The operand that is not the convolution's result.
    let other: StepOperands.Value
    private let fused: FusedAddition
    private let bounds: ClampBounds?
    private let resultType: ElementType

    /// Nil unless it is QLinearAdd or FusedQLinearAdd of values of equal shape, and reads the convolution's result with the
    /// zero point that the convolution writes it with.
    init?(_ fused: FusedAddition, zeroPoint: Tensor?) {
        if let add = fused.typedOperator as? FusedQLinearAdd {
            bounds = add.bounds
        } else if fused.typedOperator is QLinearAdd {
            bounds = nil
        } else {
            return nil
        }
        self.fused = fused
        other = fused.other
        resultType = fused.convolutionType.elementType
        guard other.type == fused.convolutionType, fused.position == 0 || fused.position == 3 else { return nil }
        for index in 1..<8 where index != 3 {
            guard let operand = fused.inputs.count > index ? fused.inputs[index] : nil else {
                // Scales are required; an absent zero point is 0.
                if [1, 4, 6].contains(index) { return nil }
                continue
            }
            if operand.constant == nil { return nil }
        }
        let written = zeroPoint.flatMap { $0.integers()?.first } ?? 0
        guard Int(fused.integer(fused.position + 2)) == written else { return nil }
    }

    /// The microkernel's parameters but the addresses.
    ///
    /// - Parameters:
    ///   - low, high: bounds of the convolution's own integers less their zero point.
    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    func parameters(low: Float, high: Float) throws(HoneError) -> mk_u8_addition {
        let (own, others) = (fused.position, fused.position == 0 ? 3 : 0)
        let zeroPoint = fused.integer(7)
        let range = bounds?.range(of: resultType) ?? resultType.quantizedRange
        var parameters = mk_u8_addition()
        parameters.conv_scale = try fused.scale(own + 1)
        parameters.other_scale = try fused.scale(others + 1)
        parameters.scale = try fused.scale(6)
        parameters.other_zero_point = Float(fused.integer(others + 2) + resultType.offsetToUInt8)
        parameters.low = Float(range.lowerBound - zeroPoint)
        parameters.high = Float(range.upperBound - zeroPoint)
        parameters.zero_point = zeroPoint + resultType.offsetToUInt8
        mk_u8_addition_find_factors(&parameters, Int32(low), Int32(high))
        return parameters
    }
}

extension FusedAddition {
    /// A constant scale.
    fileprivate func scale(_ index: Int) throws(HoneError) -> Float {
        let scale = inputs[index]?.constant?.floats().first ?? 0
        try checkScale(scale)
        return scale
    }

    /// A constant zero point; 0 where there is none.
    fileprivate func integer(_ index: Int) -> Int32 {
        guard index < inputs.count, let value = inputs[index]?.constant?.integers()?.first else { return 0 }
        return Int32(truncatingIfNeeded: value)
    }
}
