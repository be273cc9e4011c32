import Foundation
import Lowering
import ModelGraph
import Runtime
import Tensors

/// A plan that is ready to run: kernels with packed weights, the arena, and where every value lies.
final class CPUPlan: PreparedPlan {
    let plan: Plan
    let packedConstants: [String: Tensor]
    private let operands: [StepOperands]
    private let kernels: [any CPUKernel]
    private let threads: Int?
    private let arena: UnsafeMutableRawPointer
    /// The outputs of the last run, written again where the caller has let go of them: fresh memory would cost a page fault
    /// for every 4 KiB.
    private var lastOutputs: [Plan.ValueID: Tensor] = [:]
    private var counter: ValueCounter?
    /// For each value its first byte; those of inputs and outputs are set for each run.
    private let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>

    /// Reserves the arena.
    ///
    /// - Throws: `.outOfMemory` if the system does not give it.
    init(
        _ plan: Plan, operands: [StepOperands], kernels: [any CPUKernel], packedConstants: [String: Tensor],
        threads: Int?
    ) throws(HoneError) {
        precondition(kernels.count == plan.steps.count && operands.count == plan.steps.count)
        var block: UnsafeMutableRawPointer?
        guard posix_memalign(&block, Plan.arenaAlignment, max(plan.arenaByteCount, Plan.arenaAlignment)) == 0,
            let arena = block
        else {
            throw HoneError(
                .outOfMemory, "the plan needs \(plan.arenaByteCount) bytes for intermediate values",
                remedy: "run smaller batches")
        }
        // Kernels may read, and ignore, bytes behind a value that nobody has written.
        memset(arena, 0, plan.arenaByteCount)
        self.plan = plan
        self.operands = operands
        self.kernels = kernels
        self.packedConstants = packedConstants
        self.threads = threads
        self.arena = arena
        addresses = .allocate(capacity: max(plan.values.count, 1))
        addresses.initialize(repeating: arena, count: max(plan.values.count, 1))
        for (index, value) in plan.values.enumerated() {
            switch value.place {
            case .arena(let offset): addresses[index] = arena + offset
            // One that is not filled is packed: no kernel reads it here.
            case .constant(let tensor): if tensor.isFilled { addresses[index] = CPUPlan.address(of: tensor) }
            case .input, .output, .unused: break
            }
        }
    }

    deinit {
        addresses.deallocate()
        free(arena)
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
        for (value, tensor) in zip(plan.inputs, inputs) { addresses[value] = CPUPlan.address(of: tensor) }
        var outputs: [Plan.ValueID: Tensor] = [:]
        for value in plan.outputs where outputs[value] == nil {
            switch plan.values[value].place {
            case .output:
                var tensor = emptyOutput(value)
                tensor.withUnsafeMutableBytes { bytes in
                    if let address = bytes.baseAddress { addresses[value] = address }
                }
                outputs[value] = tensor
            case .constant(let tensor): outputs[value] = tensor
            case .input:
                if let index = plan.inputs.firstIndex(of: value) { outputs[value] = inputs[index] }
            case .arena, .unused: preconditionFailure("an output lies in the arena")
            }
        }
        let memory = PlanMemory(addresses: addresses)
        try withExtendedLifetime((inputs, outputs)) { () throws(HoneError) in
            if let observer {
                try observe(memory, observer)
            } else {
                for index in kernels.indices { try run(index, memory) }
            }
        }
        for (value, tensor) in outputs {
            if case .output = plan.values[value].place { lastOutputs[value] = tensor }
        }
        return plan.outputs.map { value in
            guard let tensor = outputs[value] else { preconditionFailure("output \(value) has no tensor") }
            return tensor
        }
    }

    /// What sums up values for an observer, made when one first asks.
    private func counting() throws(HoneError) -> ValueCounter {
        if let counter { return counter }
        let made = try ValueCounter(threads: threads ?? HostThreads.limit)
        counter = made
        return made
    }

    private func emptyOutput(_ value: Plan.ValueID) -> Tensor {
        if var tensor = lastOutputs.removeValue(forKey: value), tensor.isUnshared() { return tensor }
        return Tensor(zeros: plan.values[value].type)
    }

    @inline(__always)
    private func run(_ index: Int, _ memory: PlanMemory) throws(HoneError) {
        do throws(HoneError) {
            try kernels[index].run(memory)
        } catch {
            throw error.atNode(plan.steps[index].label)
        }
    }

    private func observe(_ memory: PlanMemory, _ observer: StepObserver) throws(HoneError) {
        for (index, step) in plan.steps.enumerated() {
            let start = ContinuousClock.now
            try run(index, memory)
            let duration = ContinuousClock.now - start
            let operands = operands[index]
            let views = RowMajorViews(memory)
            // A copy in another layout is no value of the graph's.
            let isConversion = step.typedOperator is Reorder
            try observer(
                StepObservation(
                    step: step, duration: duration,
                    outputNames: step.outputs.map { isConversion ? nil : $0.map { plan.values[$0].name } },
                    input: { position throws(HoneError) in try views.view(of: operands.stepInput(position)) },
                    output: { position throws(HoneError) in try views.view(of: operands.output(position)) },
                    summary: { position throws(HoneError) in
                        guard let value = operands.output(position) else { return nil }
                        return try self.counting().summary(of: value, at: memory[value.id])
                    }))
        }
    }

    // Tensor storage never moves, and outlives the use of the address: the plan keeps constants, `walk` inputs and outputs.
    private static func address(of tensor: Tensor) -> UnsafeMutableRawPointer {
        tensor.withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress else { preconditionFailure("a tensor without storage") }
            return UnsafeMutableRawPointer(mutating: address)
        }
    }
}

/// Row-major views of a step's operands for an observer; those that lie blocked are copied when they are asked for.
private final class RowMajorViews {
    private let memory: PlanMemory
    private var copies: [UnsafeMutableRawPointer] = []

    init(_ memory: PlanMemory) { self.memory = memory }

    deinit { for copy in copies { free(copy) } }

    func view(of value: StepOperands.Value?) throws(HoneError) -> TensorView? {
        guard let value else { return nil }
        let byteCount = value.type.byteCount
        guard case .blocked = value.layout else {
            return TensorView(
                type: value.type, bytes: UnsafeRawBufferPointer(start: memory[value.id], count: byteCount))
        }
        guard let copy = malloc(max(byteCount, 1)) else {
            throw HoneError(.outOfMemory, "an observed value takes \(byteCount) bytes")
        }
        copies.append(copy)
        var addresses = [memory[value.id], copy]
        let from = StepOperands.Value(id: 0, type: value.type, layout: value.layout, constant: nil)
        let to = StepOperands.Value(id: 1, type: value.type, layout: .rowMajor, constant: nil)
        let result = addresses.withUnsafeMutableBufferPointer { addresses in
            Result { () throws(HoneError) in
                guard let base = addresses.baseAddress else { return }
                try LayoutConversion(from: from, to: to).run(PlanMemory(addresses: base))
            }
        }
        try result.get()
        return TensorView(type: value.type, bytes: UnsafeRawBufferPointer(start: copy, count: byteCount))
    }
}
