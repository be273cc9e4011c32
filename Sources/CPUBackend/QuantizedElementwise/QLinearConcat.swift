import ModelGraph
import Tensors

extension QLinearConcat: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let y = step.output(0), y.type.isImage, axis == 1 || axis == 1 - y.type.rank,
            quantizations(step) != nil
        else { return [] }
        let inputs = stride(from: 2, to: step.inputs.count, by: 3).map { ($0, OperandLayout.blocked()) }
        return [Arrangement(inputs: Dictionary(uniqueKeysWithValues: inputs), outputs: [0: .blocked()])]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let y = step.output(0), let (result, parts) = quantizations(step) else {
            preconditionFailure("a form that arrangements refused")
        }
        try checkScale(result.scale)
        for part in parts { try checkScale(part.quantization.scale) }
        let flip = y.type.elementType == .int8 ? 0x80 : 0
        let joined = parts.map { part in
            // Both tables are by stored byte, whose top bit is flipped for an int8.
            let table = (0..<256).map {
                result.byte(part.quantization.real(ofByte: UInt8($0 ^ flip))) ^ UInt8(flip)
            }
            return ConcatKernel.Part(
                value: part.value, table: table.enumerated().allSatisfy { $0 == Int($1) } ? nil : table)
        }
        return ConcatKernel(joined, y: y, isa: isa)
    }

    /// The result's and the parts' parameters; nil where they are not constant.
    private func quantizations(
        _ step: StepOperands
    ) -> (result: TensorQuantization, parts: [(value: StepOperands.Value, quantization: TensorQuantization)])? {
        guard let type = step.output(0)?.type.elementType,
            let result = TensorQuantization(step, scale: 0, zeroPoint: 1, type)
        else { return nil }
        var parts: [(value: StepOperands.Value, quantization: TensorQuantization)] = []
        for index in stride(from: 2, to: step.inputs.count, by: 3) {
            guard let value = step.input(index),
                let quantization = TensorQuantization(step, scale: index + 1, zeroPoint: index + 2, type)
            else { return nil }
            parts.append((value, quantization))
        }
        return (result, parts)
    }
}
