import Foundation
import ModelGraph
import Tensors

/// `Q(f(DQ(x)))`: operands x, its scale and zero point, those of the result. A function of a byte, so a table.
package protocol QuantizedFunction: Operator {
    /// f, in the operations of NUMERICS.md.
    func apply(_ x: Float) -> Float
}

extension QLinearLeakyRelu: QuantizedFunction {
    package func apply(_ x: Float) -> Float { x < 0 ? alpha * x : x }
}

extension QLinearSigmoid: QuantizedFunction {
    package func apply(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
}

extension QuantizedFunction {
    /// Positions of scales and zero points.
    package var parameterInputs: [Int] { [1, 2, 3, 4] }

    /// Input 0 and output 0 alike; none where a parameter is not constant.
    package func tableArrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), TensorQuantization(step, scale: 1, zeroPoint: 2, x.type.elementType) != nil,
            TensorQuantization(step, scale: 3, zeroPoint: 4, x.type.elementType) != nil
        else { return [] }
        return step.unaryArrangements
    }

    /// For each byte of the input in the file that of the result: 256 bytes.
    ///
    /// - Precondition: `tableArrangements` gave some.
    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    package func table(_ step: StepOperands) throws(HoneError) -> [UInt8] {
        let type = step.unary.x.type.elementType
        guard let from = try TensorQuantization(step, scale: 1, zeroPoint: 2, type)?.checked(),
            let to = try TensorQuantization(step, scale: 3, zeroPoint: 4, type)?.checked()
        else { preconditionFailure("a form that arrangements refused") }
        return (0...UInt8.max).map { to.byte(apply(from.real(ofByte: $0))) }
    }
}
