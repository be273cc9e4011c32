import Lowering
import ModelGraph
import Runtime
import Tensors

/// A plan that is ready to run on a device: programs built, arguments set, weights packed, memory reserved, halos written.
final class OpenCLPlan: PreparedPlan {
    let plan: Plan
    private let operands: [StepOperands]
    private let steps: [Step]
    private let edges: (uploads: Set<Plan.ValueID>, downloads: Set<Plan.ValueID>)
    private let queue: CommandQueue
    private let device: DeviceMemory
    private let host: [Plan.ValueID: HostMemory]
    private let rowMajor: RowMajorReader
    private let summaries: ValueSummaries
    private let threads: Int?

    private enum Step {
        case launches([BoundLaunch])
        case definition(any HostKernel)
        case upload(Plan.ValueID)
        case download(Plan.ValueID)
    }

    /// - Throws: `.outOfMemory`; `.device` where a program does not build or a kernel does not fit the device.
    init(
        _ residency: Residency, _ slots: DeviceSlots, _ maker: LaunchMaker, queue: CommandQueue, threads: Int?
    ) throws(HoneError) {
        let plan = residency.plan
        let device = try DeviceMemory(plan, values: residency.onDevice, queue: queue)
        var host: [Plan.ValueID: HostMemory] = [:]
        for value in residency.onHost { host[value] = try HostMemory(byteCount: plan.values[value].type.byteCount) }
        var steps: [Step] = []
        for (index, work) in residency.works.enumerated() {
            let step = plan.steps[index]
            do throws(HoneError) {
                steps.append(try OpenCLPlan.bind(work, step, maker, device))
            } catch {
                throw error.atNode(step.label)
            }
        }
        for value in slots.halos where residency.onDevice.contains(value) {
            guard case .blocked(let layout) = plan.values[value].layout,
                let shape = BlockedShape(plan.values[value].type, layout),
                let launch = KernelLaunch.fillHalo(.value(value), shape)
            else {
                throw HoneError(.unsupported, "'\(plan.values[value].name)' is too large for this device's kernels")
            }
            try queue.enqueue(try maker.bind(launch) { device.buffer($0) })
        }
        try queue.finish()
        (self.plan, operands, self.steps, self.queue) = (plan, residency.operands, steps, queue)
        (self.device, self.host, self.threads) = (device, host, threads)
        edges = (residency.uploads, residency.downloads)
        rowMajor = RowMajorReader(queue: queue)
        summaries = ValueSummaries(queue: queue)
    }

    private static func bind(
        _ work: Residency.Work, _ step: PlanStep, _ maker: LaunchMaker, _ device: DeviceMemory
    ) throws(HoneError) -> Step {
        switch work {
        case .device(let launches):
            var bound: [BoundLaunch] = []
            for launch in launches { bound.append(try maker.bind(launch) { device.buffer($0) }) }
            return .launches(bound)
        case .host(let definition): return .definition(definition)
        case .toDevice:
            guard case let value?? = step.inputs.first else { preconditionFailure("a copy has one value") }
            return .upload(value)
        case .toHost:
            guard case let value?? = step.inputs.first else { preconditionFailure("a copy has one value") }
            return .download(value)
        }
    }

    func run(_ inputs: [Tensor], observer: StepObserver?) throws(HoneError) -> [Tensor] {
        guard let threads else { return try walk(inputs, observer) }
        // `withValue` rethrows untyped; the result carries the typed error through it.
        return try HostThreads.$limit.withValue(threads) {
            Result { () throws(HoneError) -> [Tensor] in try walk(inputs, observer) }
        }.get()
    }

    private func walk(_ inputs: [Tensor], _ observer: StepObserver?) throws(HoneError) -> [Tensor] {
        precondition(inputs.count == plan.inputs.count)
        var fed: [Plan.ValueID: Tensor] = [:]
        for (value, tensor) in zip(plan.inputs, inputs) {
            fed[value] = tensor
            if edges.uploads.contains(value) { try write(tensor, to: device.buffer(value)) }
        }
        for index in steps.indices {
            do throws(HoneError) {
                try run(index, fed, observer)
            } catch {
                throw error.atNode(plan.steps[index].label)
            }
        }
        return try plan.outputs.map { value throws(HoneError) in try output(value, fed) }
    }

    private func run(
        _ index: Int, _ fed: [Plan.ValueID: Tensor], _ observer: StepObserver?
    ) throws(HoneError) {
        let start = ContinuousClock.now
        var duration: Duration?
        switch steps[index] {
        case .launches(let launches):
            if observer == nil {
                for launch in launches { try queue.enqueue(launch) }
            } else {
                var events: [LaunchEvent] = []
                for launch in launches {
                    if let event = try queue.enqueueTimed(launch) { events.append(event) }
                }
                try queue.finish()
                duration = .zero
                for event in events { duration? += try event.duration() }
            }
        case .definition(let definition): try compute(definition, operands[index], fed)
        case .upload(let value):
            guard let memory = host[value] else { preconditionFailure("value \(value) is not on the host") }
            try queue.write(UnsafeRawBufferPointer(memory.bytes), to: device.buffer(value))
        case .download(let value):
            guard let memory = host[value] else { preconditionFailure("value \(value) is not on the host") }
            try queue.read(device.buffer(value), into: memory.bytes)
        }
        guard let observer else { return }
        try observe(index, duration ?? (ContinuousClock.now - start), fed, observer)
    }

    private func compute(
        _ definition: any HostKernel, _ operands: StepOperands, _ fed: [Plan.ValueID: Tensor]
    ) throws(HoneError) {
        let outputs = operands.outputs.map { value in
            value.map { value in
                guard let memory = host[value.id] else { preconditionFailure("an output is not on the host") }
                return MutableTensorView(type: value.type, bytes: memory.bytes)
            }
        }
        // Where there is nothing to compute, a kernel might still prepare for dimensions beside the 0 that are huge.
        guard outputs.contains(where: { $0.map { $0.elementCount > 0 } ?? false }) else { return }
        // Views outlive the closures that make them: `fed` and the plan keep the tensors, whose storage never moves.
        try definition.run(inputs: operands.inputs.map { $0.map { hostView(of: $0, fed) } }, outputs: outputs)
    }

    private func hostView(of value: StepOperands.Value, _ fed: [Plan.ValueID: Tensor]) -> TensorView {
        switch plan.values[value.id].place {
        case .constant(let tensor): return tensor.withUnsafeBytes { TensorView(type: value.type, bytes: $0) }
        case .input:
            guard let tensor = fed[value.id] else { preconditionFailure("an input is not fed") }
            return tensor.withUnsafeBytes { TensorView(type: value.type, bytes: $0) }
        case .arena, .output, .unused:
            guard let memory = host[value.id] else { preconditionFailure("an input is not on the host") }
            return TensorView(type: value.type, bytes: UnsafeRawBufferPointer(memory.bytes))
        }
    }

    private func observe(
        _ index: Int, _ duration: Duration, _ fed: [Plan.ValueID: Tensor], _ observer: StepObserver
    ) throws(HoneError) {
        let step = plan.steps[index]
        let operands = operands[index]
        let isOnDevice = if case .launches = steps[index] { true } else { false }
        // A copy is no value of the graph's.
        let isCopy = step.typedOperator is Reorder || step.typedOperator is any Transfer
        func view(_ value: StepOperands.Value?) throws(HoneError) -> TensorView? {
            guard let value else { return nil }
            if case .constant = plan.values[value.id].place { return hostView(of: value, fed) }
            if isOnDevice, let buffer = device.buffers[value.id] { return try rowMajor.view(of: value, in: buffer) }
            return hostView(of: value, fed)
        }
        func summary(_ value: StepOperands.Value?) throws(HoneError) -> ValueSummary? {
            guard isOnDevice, let value, let buffer = device.buffers[value.id] else { return nil }
            return try summaries.summary(of: value, in: buffer)
        }
        defer { rowMajor.release() }
        try observer(
            StepObservation(
                step: step, duration: duration,
                outputNames: step.outputs.map { isCopy ? nil : $0.map { plan.values[$0].name } },
                input: { position throws(HoneError) in try view(operands.stepInput(position)) },
                output: { position throws(HoneError) in try view(operands.output(position)) },
                summary: { position throws(HoneError) in try summary(operands.output(position)) }))
    }

    private func output(_ value: Plan.ValueID, _ fed: [Plan.ValueID: Tensor]) throws(HoneError) -> Tensor {
        switch plan.values[value].place {
        case .constant(let tensor): return tensor
        case .input:
            guard let tensor = fed[value] else { preconditionFailure("an input is not fed") }
            return tensor
        case .arena, .output, .unused: break
        }
        var tensor = Tensor(zeros: plan.values[value].type)
        // Typed throws do not pass through `withUnsafeMutableBytes`.
        try tensor.withUnsafeMutableBytes { bytes in
            Result { () throws(HoneError) in
                if edges.downloads.contains(value) {
                    try queue.read(device.buffer(value), into: bytes)
                } else if let memory = host[value] {
                    bytes.copyMemory(from: UnsafeRawBufferPointer(memory.bytes))
                }
            }
        }.get()
        return tensor
    }

    private func write(_ tensor: Tensor, to buffer: DeviceBuffer) throws(HoneError) {
        // Typed throws do not pass through `withUnsafeBytes`.
        try tensor.withUnsafeBytes { bytes in
            Result { () throws(HoneError) in try queue.write(bytes, to: buffer) }
        }.get()
    }
}
