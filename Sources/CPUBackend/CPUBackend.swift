import Lowering
import ModelGraph
import Runtime
import Tensors

/// The fast path for processors: vector kernels on blocked layouts, the same bits as the definition.
package struct CPUBackend: Backend {
    package let name = "cpu"
    /// The instruction set of every kernel.
    package let isa: InstructionSet
    private let threads: Int?
    private let definitions: any KernelDefinitions

    /// - Parameters:
    ///   - threads: how many threads kernels may use; nil for one a core. No result depends on it.
    ///   - isa: one of `InstructionSet.available`. No result depends on it.
    ///   - definitions: compute what this backend has no kernel for.
    package init(threads: Int? = nil, isa: InstructionSet, definitions: any KernelDefinitions) {
        self.threads = threads
        self.isa = isa
        self.definitions = definitions
    }

    package func packedInputs(of operator: any Operator) -> [Int] {
        (`operator` as? any CPUOperator)?.packedInputs ?? []
    }

    package func prepare(_ plan: Plan) throws(HoneError) -> any PreparedPlan {
        var arranged = ArrangedPlan(plan) { typedOperator, step in
            (typedOperator as? any CPUOperator)?.arrangements(step) ?? []
        }
        try MemoryLimit.check(
            arranged.plan.arenaByteCount, for: "intermediate values", remedy: "feed fewer samples at a time")
        let kernels = try kernels(of: arranged)
        let packed = arranged.release(kernels.map(\.packedInputs))
        var plan = arranged.plan
        for index in plan.steps.indices { plan.steps[index].detail = kernels[index].detail }
        return try CPUPlan(
            plan, operands: arranged.operands, kernels: kernels, packedConstants: packed, threads: threads)
    }

    /// One for each step, made on all threads: packing weights is most of what loading a model takes.
    private func kernels(of arranged: ArrangedPlan) throws(HoneError) -> [any CPUKernel] {
        let steps = arranged.plan.steps
        var made = [Result<any CPUKernel, HoneError>?](repeating: nil, count: steps.count)
        made.withUnsafeMutableBufferPointer { slots in
            let slots = slots
            HostThreads.$limit.withValue(threads ?? HostThreads.limit) {
                HostThreads.forEach(count: steps.count) { index in
                    slots[index] = Result { () throws(HoneError) in
                        try kernel(arranged.kernels[index], arranged.operands[index], steps[index])
                    }
                }
            }
        }
        return try zip(made, steps).map { result, step throws(HoneError) in
            guard let result else { preconditionFailure("\(step.label) was left out") }
            do throws(HoneError) { return try result.get() } catch { throw error.atNode(step.label) }
        }
    }

    private func kernel(
        _ kind: ArrangedPlan.Kernel, _ operands: StepOperands, _ step: PlanStep
    ) throws(HoneError) -> any CPUKernel {
        switch kind {
        case .own:
            guard let own = step.typedOperator as? any CPUOperator else {
                preconditionFailure("\(step.label) was arranged, but has no kernel")
            }
            return try own.prepare(operands, isa: isa)
        case .conversion:
            guard let from = operands.input(0), let to = operands.output(0) else {
                preconditionFailure("a conversion has one input and one output")
            }
            return LayoutConversion(from: from, to: to)
        case .definition:
            guard let definition = definitions.definition(of: step.typedOperator) else {
                throw HoneError(.unsupported, "the cpu backend has no kernel for this operator")
            }
            return DefinitionKernel(definition: definition, operands: operands)
        }
    }
}
