import ModelGraph
import Runtime
import Tensors

/// Chooses, step by step, the arrangement whose operands need the fewest bytes converted.
struct LayoutChoice {
    /// How a value lies, whatever its halo.
    enum Form: Hashable {
        case rowMajor
        case blocked
        case packedPixels

        init(_ layout: OperandLayout) {
            switch layout {
            case .rowMajor: self = .rowMajor
            case .blocked: self = .blocked
            case .packedPixels: self = .packedPixels
            }
        }
    }

    /// For each step what was chosen; nil where the definition runs.
    private(set) var chosen: [Arrangement?] = []
    private var forms: [Plan.ValueID: Set<Form>] = [:]

    /// - Parameters:
    ///   - steps: their operands, by position.
    ///   - outputs: the plan's outputs, which are row-major.
    ///   - arrangements: those that the backend's kernel of an operator takes, the best first.
    init(
        _ steps: [(step: FusedStep, operands: StepOperands)], outputs: [Plan.ValueID],
        arrangements: (any Operator, StepOperands) -> [Arrangement]
    ) {
        let options = steps.map { LayoutChoice.options($0.step, $0.operands, arrangements) }
        // What the readers of each value would like best.
        var wishes: [Plan.ValueID: Set<Form>] = [:]
        for (index, (_, operands)) in steps.enumerated() {
            for (position, value) in operands.inputs.enumerated() {
                guard let value else { continue }
                if let best = options[index].first {
                    if let layout = best.inputs[position] { wishes[value.id, default: []].insert(Form(layout)) }
                } else {
                    wishes[value.id, default: []].insert(.rowMajor)
                }
            }
            if let other = operands.addition?.other { wishes[other.id, default: []].insert(.blocked) }
        }
        for output in outputs { wishes[output, default: []].insert(.rowMajor) }

        for (index, (_, operands)) in steps.enumerated() {
            var best: (cost: Int, arrangement: Arrangement)?
            for option in options[index] {
                let cost = cost(of: option, operands, wishes)
                if cost < best?.cost ?? .max { best = (cost, option) }
            }
            chosen.append(best?.arrangement)
            for (position, value) in operands.inputs.enumerated() {
                guard let value else { continue }
                let layout = best.map { $0.arrangement.inputs[position] } ?? .rowMajor
                if let layout { forms[value.id, default: [.rowMajor]].insert(Form(layout)) }
            }
            for (position, value) in operands.outputs.enumerated() {
                guard let value else { continue }
                forms[value.id] = [Form(best?.arrangement.outputs[position] ?? .rowMajor)]
            }
        }
    }

    private static func options(
        _ step: FusedStep, _ operands: StepOperands, _ arrangements: (any Operator, StepOperands) -> [Arrangement]
    ) -> [Arrangement] {
        let values = operands.inputs + operands.outputs
        // The definition knows what to do, or that there is nothing to do, where there are no elements.
        guard !values.contains(where: { $0.map { $0.type.elementCount == 0 } ?? false }) else { return [] }
        return arrangements(step.step.typedOperator, operands)
    }

    /// Bytes to convert before the step, and after it for readers that wish for another form.
    private func cost(of option: Arrangement, _ operands: StepOperands, _ wishes: [Plan.ValueID: Set<Form>]) -> Int {
        var bytes = 0
        for (position, layout) in option.inputs {
            guard let value = operands.input(position) else { continue }
            if !(forms[value.id] ?? [.rowMajor]).contains(Form(layout)) { bytes += value.type.byteCount }
        }
        for (position, layout) in option.outputs {
            guard let value = operands.output(position), let wished = wishes[value.id] else { continue }
            bytes += wished.subtracting([Form(layout)]).count * value.type.byteCount
        }
        return bytes
    }
}
