import Foundation
import ModelGraph
import Tensors

/// Computes one step from host memory into host memory.
package protocol HostKernel {
    /// - Parameters:
    ///   - inputs: by position; nil for an absent optional input.
    ///   - outputs: by position; nil for an output that nobody wants.
    func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError)
}

/// A plan prepared by a backend whose kernels work on host memory: the arena and the walk over the steps.
package final class HostPlan: PreparedPlan {
    package let plan: Plan
    private let kernels: [any HostKernel]
    private let arena: UnsafeMutableRawBufferPointer
    private let threads: Int?

    /// Reserves the arena.
    ///
    /// - Parameters:
    ///   - kernels: one for each step.
    ///   - threads: how many threads the kernels may use; nil for one a core.
    /// - Throws: `.outOfMemory` if the system does not give the arena.
    package init(_ plan: Plan, kernels: [any HostKernel], threads: Int? = nil) throws(HoneError) {
        precondition(kernels.count == plan.steps.count)
        try MemoryLimit.check(plan.arenaByteCount, for: "intermediate values")
        // Swift's own allocation ends the process where the system refuses.
        let byteCount = max(plan.arenaByteCount, 1)
        var address: UnsafeMutableRawPointer?
        guard posix_memalign(&address, Plan.arenaAlignment, byteCount) == 0 else {
            throw HoneError(
                .outOfMemory, "the plan needs \(plan.arenaByteCount) bytes for intermediate values",
                remedy: "run smaller batches")
        }
        self.plan = plan
        self.kernels = kernels
        self.threads = threads
        arena = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
    }

    deinit { free(arena.baseAddress) }

    package func run(_ inputs: [Tensor], observer: StepObserver?) throws(HoneError) -> [Tensor] {
        guard let threads else { return try walk(inputs, observer) }
        // `withValue` rethrows untyped; the result carries the typed error through it.
        return try HostThreads.$limit.withValue(threads) {
            Result { () throws(HoneError) -> [Tensor] in try walk(inputs, observer) }
        }.get()
    }

    private func walk(_ inputs: [Tensor], _ observer: StepObserver?) throws(HoneError) -> [Tensor] {
        precondition(inputs.count == plan.inputs.count)
        var tensors: [Plan.ValueID: Tensor] = [:]
        for (value, tensor) in zip(plan.inputs, inputs) { tensors[value] = tensor }
        for (index, value) in plan.values.enumerated() {
            switch value.place {
            case .constant(let tensor): tensors[index] = tensor
            case .output: tensors[index] = Tensor(zeros: value.type)
            case .input, .arena, .unused: break
            }
        }
        for (step, kernel) in zip(plan.steps, kernels) {
            let inputViews = step.inputs.map { value in value.map { view(of: $0, tensors) } }
            let outputViews = step.outputs.map { value in value.map { mutableView(of: $0, &tensors) } }
            let start = observer == nil ? nil : ContinuousClock.now
            // Where there is nothing to compute, a kernel might still prepare for dimensions beside the 0 that are huge.
            if outputViews.contains(where: { $0.map { $0.elementCount > 0 } ?? false }) {
                do throws(HoneError) {
                    try kernel.run(inputs: inputViews, outputs: outputViews)
                } catch {
                    throw error.atNode(step.label)
                }
            }
            guard let observer, let start else { continue }
            try observer(
                StepObservation(
                    step: step, duration: ContinuousClock.now - start,
                    outputNames: step.outputs.map { $0.map { plan.values[$0].name } },
                    input: { inputViews[$0] }, output: { outputViews[$0]?.readOnly }))
        }
        return plan.outputs.map { value in
            guard let tensor = tensors[value] else { preconditionFailure("output \(value) has no tensor") }
            return tensor
        }
    }

    // Views outlive the closures that make them: the tensors stay in `tensors`, unwritten but through the views, for the
    // whole run, and Tensor storage never moves.
    private func view(of value: Plan.ValueID, _ tensors: [Plan.ValueID: Tensor]) -> TensorView {
        let planned = plan.values[value]
        if case .arena(let offset) = planned.place {
            return TensorView(
                type: planned.type, bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(arena)[offset...]))
        }
        guard let tensor = tensors[value] else { preconditionFailure("'\(planned.name)' has no tensor") }
        return tensor.withUnsafeBytes { TensorView(type: planned.type, bytes: $0) }
    }

    private func mutableView(of value: Plan.ValueID, _ tensors: inout [Plan.ValueID: Tensor]) -> MutableTensorView {
        let planned = plan.values[value]
        if case .arena(let offset) = planned.place {
            return MutableTensorView(
                type: planned.type, bytes: UnsafeMutableRawBufferPointer(rebasing: arena[offset...]))
        }
        guard var tensor = tensors.removeValue(forKey: value) else {
            preconditionFailure("'\(planned.name)' has no tensor")
        }
        let view = tensor.withUnsafeMutableBytes { MutableTensorView(type: planned.type, bytes: $0) }
        tensors[value] = tensor
        return view
    }
}
