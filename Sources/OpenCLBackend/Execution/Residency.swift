import Lowering
import ModelGraph
import Runtime
import Tensors

/// Where each step of a plan runs, and the copies between host and device that this takes.
///
/// Inputs go to the device, and outputs come from it, at the graph's edges. Between them there is a copy only where an
/// operator's definition runs on the host; it is a step, which `hone inspect --plan` shows.
struct Residency {
    /// What a step does.
    enum Work {
        case device([KernelLaunch])
        case host(any HostKernel)
        /// Copies its one value.
        case toDevice
        case toHost
    }

    var plan: Plan
    private(set) var operands: [StepOperands] = []
    private(set) var works: [Work] = []
    /// Values that kernels touch.
    private(set) var onDevice: Set<Plan.ValueID> = []
    /// Values that definitions touch, graph inputs and constants excepted: they need memory on the host.
    private(set) var onHost: Set<Plan.ValueID> = []
    /// Graph inputs that kernels read, copied before the first step.
    private(set) var uploads: Set<Plan.ValueID> = []
    /// Graph outputs that are on the device alone after the last step.
    private(set) var downloads: Set<Plan.ValueID> = []

    /// - Parameters:
    ///   - works: for each step of the arranged plan.
    ///   - details: what is said of each to those who read plans.
    init(_ arranged: ArrangedPlan, _ works: [Work], details: [String?]) {
        plan = arranged.plan
        plan.steps = []
        // Where a value's content is at this point of the walk.
        var valid: (device: Set<Plan.ValueID>, host: Set<Plan.ValueID>) = ([], [])
        for (index, arrangedStep) in arranged.plan.steps.enumerated() {
            var step = arrangedStep
            step.detail = details[index]
            let stepOperands = arranged.operands[index]
            let outputs = step.outputs.compactMap { $0 }
            switch works[index] {
            case .device(let launches):
                let touched = Residency.values(of: launches)
                for value in touched.subtracting(outputs).sorted() where !valid.device.contains(value) {
                    switch plan.values[value].place {
                    case .constant: break
                    case .input: uploads.insert(value)
                    case .arena, .output, .unused: copy(value, .toDevice)
                    }
                    valid.device.insert(value)
                }
                onDevice.formUnion(touched)
                valid.device.formUnion(outputs)
                valid.host.subtract(outputs)
            case .host:
                for case let value? in step.inputs where !valid.host.contains(value) {
                    switch plan.values[value].place {
                    case .constant, .input: break
                    case .arena, .output, .unused:
                        copy(value, .toHost)
                        onHost.insert(value)
                    }
                    valid.host.insert(value)
                }
                onHost.formUnion(outputs)
                valid.host.formUnion(outputs)
                valid.device.subtract(outputs)
            case .toDevice, .toHost: preconditionFailure("copies are found here")
            }
            append(step, stepOperands, works[index])
        }
        for value in plan.outputs where !valid.host.contains(value) {
            if case .output = plan.values[value].place { downloads.insert(value) }
        }
        plan.setLifetimes()
    }

    /// The values of the plan that launches are given.
    private static func values(of launches: [KernelLaunch]) -> Set<Plan.ValueID> {
        var values: Set<Plan.ValueID> = []
        for launch in launches {
            for case .value(let value) in launch.arguments { values.insert(value) }
        }
        return values
    }

    private mutating func copy(_ value: Plan.ValueID, _ work: Work) {
        let planned = plan.values[value]
        let operand = StepOperands.Value(id: value, type: planned.type, layout: planned.layout, constant: nil)
        let (typedOperator, direction): (any Transfer, String) =
            if case .toHost = work { (CopyToHost(), "to the host") } else { (CopyToDevice(), "to the device") }
        append(
            PlanStep(
                index: 0, node: type(of: typedOperator).node(planned.name),
                label: "the copy of '\(planned.name)' \(direction)", typedOperator: typedOperator, inputs: [value],
                outputs: [value]),
            StepOperands(inputs: [operand], outputs: [operand]), work)
    }

    private mutating func append(_ step: PlanStep, _ operands: StepOperands, _ work: Work) {
        var step = step
        step.index = plan.steps.count
        plan.steps.append(step)
        self.operands.append(operands)
        works.append(work)
    }
}
