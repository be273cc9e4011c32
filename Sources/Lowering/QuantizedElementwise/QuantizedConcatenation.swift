import ModelGraph
import Tensors

/// A QLinearConcat along the channels of blocked operands, all parameters constant: bytes that are copied, those of parts
/// whose scale or zero point is not the result's through a table.
package struct QuantizedConcatenation {
    private let result: TensorQuantization
    private let parts: [(value: StepOperands.Value, quantization: TensorQuantization)]
    private let positions: [Int]

    /// Nil where the definition must run.
    package init?(_ concat: QLinearConcat, _ step: StepOperands) {
        guard let y = step.output(0), y.type.isImage, concat.axis == 1 || concat.axis == 1 - y.type.rank,
            let result = TensorQuantization(step, scale: 0, zeroPoint: 1, y.type.elementType)
        else { return nil }
        var parts: [(value: StepOperands.Value, quantization: TensorQuantization)] = []
        positions = Array(stride(from: 2, to: step.inputs.count, by: 3))
        for index in positions {
            guard let value = step.input(index),
                let quantization = TensorQuantization(
                    step, scale: index + 1, zeroPoint: index + 2, y.type.elementType)
            else { return nil }
            parts.append((value, quantization))
        }
        (self.result, self.parts) = (result, parts)
    }

    package var arrangements: [Arrangement] {
        let inputs = positions.map { ($0, OperandLayout.blocked()) }
        return [Arrangement(inputs: Dictionary(uniqueKeysWithValues: inputs), outputs: [0: .blocked()])]
    }

    /// The parts in the order of their channels, with a table of 256 bytes by stored byte, whose top bit is flipped for an
    /// int8; nil where bytes stay as they are.
    ///
    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    package func tables() throws(HoneError) -> [(value: StepOperands.Value, table: [UInt8]?)] {
        try checkScale(result.scale)
        for part in parts { try checkScale(part.quantization.scale) }
        let flip = result.elementType == .int8 ? 0x80 : 0
        return parts.map { part in
            let table = (0..<256).map {
                result.byte(part.quantization.real(ofByte: UInt8($0 ^ flip))) ^ UInt8(flip)
            }
            return (part.value, table.enumerated().allSatisfy { $0 == Int($1) } ? nil : table)
        }
    }
}
