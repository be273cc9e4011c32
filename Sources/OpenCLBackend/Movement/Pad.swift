import Lowering
import ModelGraph
import Tensors

extension Pad: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0)?.type, x.rank <= PositionCopy.maximumRank, step.isCountable,
            (try? amounts(step.known)) != nil
        else { return [] }
        var inputs: [Int: OperandLayout] = [0: .rowMajor]
        if step.input(2) != nil { inputs[2] = .rowMajor }
        return [Arrangement(inputs: inputs, outputs: [0: .rowMajor])]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        var positions: [[Int]] = []
        for (axis, amount) in try amounts(step.known).enumerated() {
            let kept = max(-amount.before, 0)..<(x.type.shape[axis] + min(amount.after, 0))
            positions.append((0..<y.type.shape[axis]).map { position($0 - max(amount.before, 0), in: kept) })
        }
        let copy = PositionCopy(shape: x.type.shape, positions: positions)
        return [try copy.launch(from: x, to: y, fill: try fill(step, maker), maker)]
    }

    private func fill(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> KernelArgument? {
        if let fill = step.input(2) { return .value(fill.id) }
        // Before opset 11 the type is a floating-point one; from then on an absent fill is zero.
        return value == 0 ? nil : .buffer(try maker.buffer([value]))
    }

    /// The input's position for `index` counted from the first element that is kept; negative for the fill.
    private func position(_ index: Int, in kept: Range<Int>) -> Int {
        if 0..<kept.count ~= index { return kept.lowerBound + index }
        switch mode {
        case .constant: return -1
        case .edge: return index < 0 ? kept.lowerBound : kept.upperBound - 1
        case .reflect:
            return index < 0 ? kept.lowerBound - index : kept.lowerBound + 2 * (kept.count - 1) - index
        case .wrap:
            let remainder = index % kept.count
            return kept.lowerBound + (remainder < 0 ? remainder + kept.count : remainder)
        }
    }
}
