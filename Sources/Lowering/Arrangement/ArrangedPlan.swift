import ModelGraph
import Runtime
import Tensors

/// A plan with layouts, conversions between them and fused additions, and what each step's kernel is made from.
package struct ArrangedPlan {
    /// What computes a step.
    package enum Kernel: Sendable {
        /// A kernel of the backend.
        case own
        /// The operator's definition.
        case definition
        /// A copy from one layout to another.
        case conversion
    }

    package private(set) var plan: Plan
    /// For each step of `plan`.
    package private(set) var operands: [StepOperands] = []
    package private(set) var kernels: [Kernel] = []

    private let source: Plan
    /// Copies of values in other layouts than their makers', by what readers demand.
    private var copies: [Copy: Plan.ValueID] = [:]

    private struct Copy: Hashable {
        let value: Plan.ValueID
        let form: LayoutChoice.Form
        let haloByte: UInt8
    }

    /// Decides layouts, fuses additions into convolutions, and adds the copies between layouts that are left to do.
    ///
    /// Values lie in the arena as their lifetimes let them; a backend may place them anew.
    ///
    /// - Parameter arrangements: the arrangements of an operator's operands that the backend has a kernel for, the best first;
    ///   none where the definition must run. Where `StepOperands.addition` or `activation` is set, only those of kernels
    ///   that do it.
    package init(_ source: Plan, arrangements: (any Operator, StepOperands) -> [Arrangement]) {
        self.source = source
        plan = source
        plan.steps = []
        let steps = ResidualFusion(source).run { fused in
            !arrangements(fused.step.typedOperator, ArrangedPlan.operands(of: fused, in: source)).isEmpty
        }
        let unplaced = steps.map { ($0, ArrangedPlan.operands(of: $0, in: source)) }
        let choice = LayoutChoice(unplaced, outputs: source.outputs, arrangements: arrangements)
        decideLayouts(unplaced, choice.chosen)
        for (index, (step, operands)) in unplaced.enumerated() {
            add(step, operands, choice.chosen[index])
        }
        giveOutputs()
        for index in operands.indices { refreshLayouts(&operands[index]) }
        plan.setLifetimes()
        plan.placeInArena()
    }

    private static func operands(of fused: FusedStep, in plan: Plan) -> StepOperands {
        func value(_ id: Plan.ValueID?) -> StepOperands.Value? {
            guard let id else { return nil }
            let planned = plan.values[id]
            var constant: Tensor?
            if case .constant(let tensor) = planned.place { constant = tensor }
            return StepOperands.Value(id: id, type: planned.type, layout: .rowMajor, constant: constant)
        }
        var addition: FusedAddition?
        if let fused = fused.addition, let other = value(fused.other) {
            addition = FusedAddition(
                typedOperator: fused.step.typedOperator,
                inputs: fused.step.inputs.map { $0 == fused.convolutionValue ? nil : value($0) },
                position: fused.position, activation: fused.activation, other: other,
                convolutionType: plan.values[fused.convolutionValue].type)
        }
        return StepOperands(
            inputs: fused.step.inputs.map(value), outputs: fused.step.outputs.map(value), addition: addition,
            activation: fused.activation)
    }

    /// What a reader demands of a value's layout; nil for row-major.
    private func layout(_ demand: OperandLayout, haloByte: UInt8, _ type: TensorType) -> BlockedLayout? {
        switch demand {
        case .rowMajor: nil
        case .blocked(let halo): BlockedLayout(halo: halo, haloByte: halo == .none ? 0 : haloByte)
        case .packedPixels(let halo):
            BlockedLayout(halo: halo, channelsPerPixel: type.shape[1], haloByte: halo == .none ? 0 : haloByte)
        }
    }

    /// Gives each step's outputs the form that its kernel makes, with the halo that its readers want of that form.
    private mutating func decideLayouts(_ steps: [(step: FusedStep, operands: StepOperands)], _ chosen: [Arrangement?])
    {
        var made: [Plan.ValueID: BlockedLayout] = [:]
        for (index, (_, operands)) in steps.enumerated() {
            guard let arrangement = chosen[index] else { continue }
            for (position, demand) in arrangement.outputs {
                guard let value = operands.output(position) else { continue }
                made[value.id] = layout(demand, haloByte: 0, value.type)
            }
        }
        for (index, (_, operands)) in steps.enumerated() {
            guard let arrangement = chosen[index] else { continue }
            for (position, demand) in arrangement.inputs {
                guard let value = operands.input(position), let layout = made[value.id],
                    let wanted = self.layout(demand, haloByte: arrangement.haloByte, value.type),
                    wanted.channelsPerPixel == layout.channelsPerPixel,
                    layout.halo == .none || wanted.halo == .none || layout.haloByte == wanted.haloByte
                else { continue }
                made[value.id] = layout.union(wanted)
            }
        }
        for (value, layout) in made { plan.values[value].layout = .blocked(layout) }
    }

    private mutating func add(_ fused: FusedStep, _ unplaced: StepOperands, _ arrangement: Arrangement?) {
        var operands = unplaced
        var step = fused.step
        for (position, value) in unplaced.inputs.enumerated() {
            guard let value, let demand = arrangement.map({ $0.inputs[position] }) ?? .rowMajor else { continue }
            let id = available(value, layout(demand, haloByte: arrangement?.haloByte ?? 0, value.type))
            operands.inputs[position] = StepOperands.Value(
                id: id, type: value.type, layout: .rowMajor, constant: value.constant)
            step.inputs[position] = id
        }
        if let other = unplaced.addition?.other {
            let id = available(other, BlockedLayout())
            operands.addition?.other = StepOperands.Value(
                id: id, type: other.type, layout: .rowMajor, constant: other.constant)
            step.inputs.append(id)
        }
        if let addition = fused.addition {
            step.fused = [addition.step.node] + addition.followers
        } else if let follower = fused.follower {
            step.fused = [follower]
        }
        append(step, operands, arrangement == nil ? .definition : .own)
    }

    private mutating func append(_ step: PlanStep, _ operands: StepOperands, _ kernel: Kernel) {
        var step = step
        step.index = plan.steps.count
        plan.steps.append(step)
        self.operands.append(operands)
        kernels.append(kernel)
    }

    /// The value in a layout that serves a reader: as its maker leaves it, or a copy, which is made where there is none yet.
    private mutating func available(_ value: StepOperands.Value, _ wanted: BlockedLayout?) -> Plan.ValueID {
        let form: LayoutChoice.Form
        switch (plan.values[value.id].layout, wanted) {
        case (.rowMajor, nil): return value.id
        case (.blocked(let layout), let wanted?) where layout.serves(wanted): return value.id
        case (_, nil): form = .rowMajor
        case (_, let wanted?):
            form = wanted.channelsPerPixel == BlockedLayout.groupChannels ? .blocked : .packedPixels
        }
        let key = Copy(value: value.id, form: form, haloByte: wanted?.haloByte ?? 0)
        if let copy = copies[key] {
            if let wanted, case .blocked(let layout) = plan.values[copy].layout {
                plan.values[copy].layout = .blocked(layout.union(wanted))
            }
            return copy
        }
        let copy = plan.values.count
        var planned = plan.values[value.id]
        planned.place = .arena(offset: 0)
        planned.layout = wanted.map { .blocked($0) } ?? .rowMajor
        plan.values.append(planned)
        copies[key] = copy
        append(
            PlanStep(
                index: 0, node: Reorder.node(planned.name), label: "a change of the layout of '\(planned.name)'",
                typedOperator: Reorder(), inputs: [value.id], outputs: [copy]),
            StepOperands(
                inputs: [value],
                outputs: [StepOperands.Value(id: copy, type: value.type, layout: .rowMajor, constant: nil)]),
            .conversion)
        return copy
    }

    /// Makes row-major copies of graph outputs that lie otherwise, and lets those be the outputs.
    private mutating func giveOutputs() {
        for (index, output) in source.outputs.enumerated() {
            guard case .blocked = plan.values[output].layout else { continue }
            let value = StepOperands.Value(
                id: output, type: plan.values[output].type, layout: .rowMajor, constant: nil)
            let copy = available(value, nil)
            plan.values[copy].place = .output
            plan.values[output].place = .arena(offset: 0)
            plan.outputs[index] = copy
        }
    }

    private func refreshLayouts(_ operands: inout StepOperands) {
        for index in operands.inputs.indices {
            if let id = operands.inputs[index]?.id { operands.inputs[index]?.layout = plan.values[id].layout }
        }
        for index in operands.outputs.indices {
            if let id = operands.outputs[index]?.id { operands.outputs[index]?.layout = plan.values[id].layout }
        }
        if let other = operands.addition?.other { operands.addition?.other.layout = plan.values[other.id].layout }
    }

    /// Lets go of constants that kernels hold packed and nothing else reads.
    ///
    /// - Parameter packed: what each step's kernel holds packed.
    /// - Returns: tensors, by name, whose elements come from the kernels when they are read.
    package mutating func release(_ packed: [PackedInputs]) -> [String: Tensor] {
        var readers: [Plan.ValueID: Int] = [:]
        for step in plan.steps {
            for case let value? in step.inputs { readers[value, default: 0] += 1 }
        }
        for value in plan.outputs { readers[value, default: 0] += 1 }
        var released: [String: Tensor] = [:]
        for (index, inputs) in packed.enumerated() {
            for (position, fill) in inputs {
                guard let value = operands[index].input(position), value.constant != nil, readers[value.id] == 1
                else { continue }
                let tensor = Tensor(value.type, filledBy: fill)
                released[plan.values[value.id].name] = tensor
                plan.values[value.id].place = .constant(tensor)
                operands[index].inputs[position]?.constant = tensor
            }
        }
        return released
    }
}

extension BlockedLayout {
    /// The layout that serves readers of both.
    fileprivate func union(_ other: BlockedLayout) -> BlockedLayout {
        BlockedLayout(
            halo: halo.union(other.halo), channelsPerPixel: channelsPerPixel,
            haloByte: halo == .none ? other.haloByte : haloByte)
    }

    /// Whether a reader that wants the other layout can read this one.
    fileprivate func serves(_ wanted: BlockedLayout) -> Bool {
        channelsPerPixel == wanted.channelsPerPixel && halo.union(wanted.halo) == halo
            && (wanted.halo == .none || haloByte == wanted.haloByte)
    }
}
