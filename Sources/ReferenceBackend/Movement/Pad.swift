import ModelGraph
import Tensors

extension Pad: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (input, output) = (inputs.required(0), outputs.required(0))
        guard output.elementCount > 0 else { return }
        let operands = Operands(views: inputs, valuesAt: planTimeInputs, outputCount: 1)
        var positions: [[Int]] = []
        for (axis, amount) in try amounts(operands).enumerated() {
            let kept = max(-amount.before, 0)..<(input.shape[axis] + min(amount.after, 0))
            positions.append((0..<output.shape[axis]).map { position($0 - max(amount.before, 0), in: kept) })
        }
        copyElements(input, positions: positions, fill: fill(inputs, output), to: output)
    }

    /// The input's position for `index` counted from the first element that is kept; negative for the fill.
    private func position(_ index: Int, in kept: Range<Int>) -> Int {
        if kept.contains(kept.lowerBound + index) { return kept.lowerBound + index }
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

    private func fill(_ inputs: [TensorView?], _ output: MutableTensorView) -> [UInt8] {
        if let fill = inputs.optional(2) { return Array(fill.bytes) }
        // Before opset 11 the type is a floating-point one; from then on an absent fill is zero.
        guard value != 0 else { return Array(repeating: 0, count: output.elementType.byteCount) }
        return withUnsafeBytes(of: value) { Array($0) }
    }
}
