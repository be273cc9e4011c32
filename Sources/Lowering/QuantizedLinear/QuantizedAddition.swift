import CMicrokernels
import ModelGraph
import Runtime
import Tensors

/// A residual addition of quantized values with constant parameters, behind a convolution.
package struct QuantizedAddition {
    /// The operand that is not the convolution's result.
    package let other: StepOperands.Value
    private let fused: FusedAddition
    private let bounds: ClampBounds?
    private let resultType: ElementType

    /// Nil unless it is QLinearAdd or FusedQLinearAdd of values of equal shape, and reads the convolution's result with the
    /// zero point that the convolution writes it with.
    package init?(_ fused: FusedAddition, zeroPoint: Tensor?) {
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

    /// What a kernel adds with.
    ///
    /// `q = rint(clamp(((v * convolutionScale) + ((r - otherZeroPoint) * otherScale)) / scale, low, high)) + zeroPoint`, where
    /// `v` is the convolution's own integer less its zero point and `r` the other operand's stored byte; each operation
    /// rounds once.
    package struct Parameters: Sendable {
        /// `rint(fma(v, convolution, fma(r, other, offset)))`, clamped, is the same integer for every v and r.
        package struct Factors: Sendable {
            package let convolution: Float
            package let other: Float
            package let offset: Float
        }

        package let convolutionScale: Float
        package let otherScale: Float
        package let scale: Float
        /// Of the u8 form.
        package let otherZeroPoint: Float
        /// Bounds of the result less its zero point, the fused clamp included.
        package let low: Float
        package let high: Float
        /// Of the result's u8 form.
        package let zeroPoint: Int32
        /// They spare the division; nil where none were found.
        package let factors: Factors?
    }

    /// Reads the constant operands, and looks for factors that spare the division.
    ///
    /// - Parameters:
    ///   - low, high: bounds of the convolution's own integers less their zero point.
    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    package func parameters(low: Float, high: Float) throws(HoneError) -> Parameters {
        let (own, others) = (fused.position, fused.position == 0 ? 3 : 0)
        let zeroPoint = fused.integer(7)
        let range = bounds?.range(of: resultType) ?? resultType.quantizedRange
        var found = mk_u8_addition()
        found.conv_scale = try fused.scale(own + 1)
        found.other_scale = try fused.scale(others + 1)
        found.scale = try fused.scale(6)
        found.other_zero_point = Float(fused.integer(others + 2) + resultType.offsetToUInt8)
        found.low = Float(range.lowerBound - zeroPoint)
        found.high = Float(range.upperBound - zeroPoint)
        mk_u8_addition_find_factors(&found, Int32(low), Int32(high))
        return Parameters(
            convolutionScale: found.conv_scale, otherScale: found.other_scale, scale: found.scale,
            otherZeroPoint: found.other_zero_point, low: found.low, high: found.high,
            zeroPoint: zeroPoint + resultType.offsetToUInt8,
            factors: found.has_factors == 0
                ? nil : .init(convolution: found.conv_factor, other: found.other_factor, offset: found.offset))
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
