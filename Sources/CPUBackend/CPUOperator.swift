import Lowering
import ModelGraph
import Runtime
import Tensors

/// An operator for which this backend has a kernel of its own, in a file named as the operator's own in `ModelGraph/Operators`.
///
/// Where it has none, or none for the operands of a step, the operator's definition runs on row-major memory.
package protocol CPUOperator: Operator {
    /// Inputs that `prepare` packs, such as weights and scales: where they are fed, the session plans for each content.
    var packedInputs: [Int] { get }

    /// The arrangements of its operands that a kernel takes, the best first; none where the definition must run.
    ///
    /// Asked before layouts are decided: `step` says types and constants.
    func arrangements(_ step: StepOperands) -> [Arrangement]

    /// Packs what is constant and chooses the kernel, once layouts are decided.
    ///
    /// - Throws: `.invalidModel` for constants that the operator refuses, such as a scale that is not positive.
    func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel
}

extension CPUOperator {
    package var packedInputs: [Int] { [] }
}

/// One step made ready: run any number of times, one call at a time.
package protocol CPUKernel {
    /// Computes the step; work is spread by `HostThreads.forEach`.
    func run(_ memory: PlanMemory) throws(HoneError)

    /// Constant inputs that the kernel holds packed, by position: what writes their elements again, row-major.
    var packedInputs: PackedInputs { get }

    /// What `hone inspect --plan` says of it: how many blocks of weights it keeps, for instance.
    var detail: String? { get }
}

extension CPUKernel {
    package var detail: String? { nil }

    package var packedInputs: PackedInputs { [:] }
}

/// Where the values of a plan are while it runs.
package struct PlanMemory {
    let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>

    /// The first byte of a value, halo included.
    package subscript(_ id: Plan.ValueID) -> UnsafeMutableRawPointer { addresses[id] }
}
