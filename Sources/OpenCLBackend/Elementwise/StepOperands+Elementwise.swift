import Lowering
import Runtime
import Tensors

extension StepOperands {
    /// The arrangements of an element-wise step: in groups of channels where every operand can lie so, and packed.
    ///
    /// - Parameters:
    ///   - positions: the inputs that are computed with; they broadcast to output 0.
    ///   - mayBeBlocked: whether the operation is one on floats, or on bytes as they lie in blocked values.
    func elementwiseArrangements(_ positions: [Int], mayBeBlocked: Bool) -> [Arrangement] {
        guard isCountable, let y = output(0) else { return [] }
        let operands = positions.compactMap { position in input(position).map { (position, $0) } }
        guard operands.count == positions.count else { return [] }
        var result: [Arrangement] = []
        if mayBeBlocked, y.type.isImage, let blocked = blockedInputs(operands, y: y.type) {
            result.append(Arrangement(inputs: blocked, outputs: [0: .blocked()]))
        }
        let isWalkable = BroadcastDimensions(shape: y.type.shape, operands: operands.map(\.1.type.shape)).isWalkable
        guard isWalkable else { return result }
        let packed = Dictionary(uniqueKeysWithValues: positions.map { ($0, OperandLayout.rowMajor) })
        return result + [Arrangement(inputs: packed, outputs: [0: .rowMajor])]
    }

    private func blockedInputs(_ operands: [(Int, Value)], y: TensorType) -> [Int: OperandLayout]? {
        var inputs: [Int: OperandLayout] = [:]
        for (position, value) in operands {
            guard let layout = BlockedOperand.layout(value, y: y) else { return nil }
            inputs[position] = layout
        }
        return inputs.isEmpty ? nil : inputs
    }
}
