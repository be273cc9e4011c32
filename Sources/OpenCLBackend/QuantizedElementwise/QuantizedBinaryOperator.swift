import Lowering
import ModelGraph
import Tensors

/// `QLinearAdd` and `QLinearMul`: operands 0 and 3 with scales and zero points behind each, those of the result at 6 and 7.
struct QuantizedBinaryStep {
    private let step: StepOperands
    private let a: TensorQuantization
    private let b: TensorQuantization
    private let result: TensorQuantization

    /// Nil where a parameter is not constant, or a scale is beyond what kernels divide by.
    init?(_ step: StepOperands) {
        guard let type = step.output(0)?.type.elementType,
            let a = TensorQuantization(step, scale: 1, zeroPoint: 2, type),
            let b = TensorQuantization(step, scale: 4, zeroPoint: 5, type),
            let result = TensorQuantization(step, scale: 6, zeroPoint: 7, type),
            [a, b, result].allSatisfy({ $0.isExact })
        else { return nil }
        (self.step, self.a, self.b, self.result) = (step, a, b, result)
    }

    var arrangements: [Arrangement] { step.elementwiseArrangements([0, 3], mayBeBlocked: true) }

    /// - Parameters:
    ///   - operation: `quantized_add` or `quantized_multiply`.
    ///   - bounds: what the integers are clamped to; nil for all of the type's.
    func launches(
        _ operation: String, bounds: ClosedRange<Int32>? = nil, _ maker: LaunchMaker
    ) throws(HoneError) -> [KernelLaunch] {
        guard let y = step.output(0), let left = step.input(0), let right = step.input(3) else {
            preconditionFailure("an operand is absent")
        }
        let (low, high) = result.bounds(bounds)
        let parameters = [
            a.scale, Float(a.storedZeroPoint), b.scale, Float(b.storedZeroPoint), result.scale, 1 / result.scale, low,
            high, Float(result.storedZeroPoint),
        ]
        let flip = result.flip(isBlocked: y.blocked != nil)
        let operation = ElementwiseOperation(operation, parameters, defines: ["FLIP": "\(flip)"]).onBytes
        let stored: UInt8 = y.type.elementType == .int8 ? 0x80 : 0
        return [try maker.elementwise(operation, [.value(left), .value(right)], y: y, flip: stored)]
    }
}

extension ElementwiseOperation {
    /// The same on bytes without sign, whatever the type says.
    var onBytes: ElementwiseOperation {
        var copy = self
        for name in ["A_TYPE", "B_TYPE", "C_TYPE", "Y_TYPE"] { copy.defines[name] = "uchar" }
        return copy
    }
}
