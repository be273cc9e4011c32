import Tensors

/// An operator on two quantized tensors. Inputs: `a`, its scale, its zero point; the same of `b`; scale and zero point of
/// the result. The zero points are optional.
package protocol QuantizedBinaryOperator: Operator {}

extension QuantizedBinaryOperator {
    package static var opsets: ClosedRange<Int> { 1...1 }
    package static var inputCount: ClosedRange<Int> { 7...8 }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let a = try operands.type(0, in: .eightBit)
        let b = try operands.type(3, in: [a.elementType])
        try operands.checkQuantization(scale: 1, zeroPoint: 2, of: a.elementType)
        try operands.checkQuantization(scale: 4, zeroPoint: 5, of: a.elementType)
        try operands.checkQuantization(scale: 6, zeroPoint: 7, of: a.elementType)
        guard let shape = broadcastShape([a.shape, b.shape]) else {
            throw HoneError(.invalidModel, "shapes \(a.shape) and \(b.shape) do not broadcast together")
        }
        return [TensorType(a.elementType, shape)]
    }
}

/// An operator on one quantized tensor. Inputs: `x`, its scale, its zero point; scale and zero point of the result. The
/// zero points are optional.
package protocol QuantizedUnaryOperator: Operator {}

extension QuantizedUnaryOperator {
    package static var opsets: ClosedRange<Int> { 1...1 }
    package static var inputCount: ClosedRange<Int> { 4...5 }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try quantizedOperand(operands)]
    }

    /// The type of `x`, with scales and zero points checked.
    func quantizedOperand(_ operands: Operands) throws(HoneError) -> TensorType {
        let x = try operands.type(0, in: .eightBit)
        try operands.checkQuantization(scale: 1, zeroPoint: 2, of: x.elementType)
        try operands.checkQuantization(scale: 3, zeroPoint: 4, of: x.elementType)
        return x
    }
}
