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
    var packedInputs: [Int: @Sendable (UnsafeMutableRawBufferPointer) -> Void] { get }
}

extension CPUKernel {
    package var packedInputs: [Int: @Sendable (UnsafeMutableRawBufferPointer) -> Void] { [:] }
}

/// How a kernel wants the operands of a step to lie in memory.
package struct Arrangement: Sendable {
    /// By input position. Positions that are not named here are constants that `prepare` reads.
    package var inputs: [Int: OperandLayout]
    /// By output position.
    package var outputs: [Int: OperandLayout]
    /// What the halos of the inputs must hold, byte by byte.
    package var haloByte: UInt8

    package init(inputs: [Int: OperandLayout], outputs: [Int: OperandLayout], haloByte: UInt8 = 0) {
        self.inputs = inputs
        self.outputs = outputs
        self.haloByte = haloByte
    }
}

/// What a kernel demands of one operand's layout.
package enum OperandLayout: Sendable, Hashable {
    /// Packed, as in ONNX.
    case rowMajor
    /// Groups of 16 channels, with at least this halo. As an output: any halo, which the kernel fills.
    case blocked(Halo = .none)
    /// One group of pixels with all channels, with at least this halo: for inputs of few channels.
    case packedPixels(Halo = .none)
}

/// The operands of a step as a kernel meets them.
package struct StepOperands {
    /// One operand.
    package struct Value {
        /// Its key in `PlanMemory`.
        package let id: Plan.ValueID
        package let type: TensorType
        /// Row-major until layouts are decided.
        package var layout: PlannedValue.Layout
        /// Its content where it is constant.
        package var constant: Tensor?

        /// Its shape in memory, if it lies blocked.
        package var blocked: BlockedShape? {
            if case .blocked(let layout) = layout { BlockedShape(type, layout) } else { nil }
        }
    }

    /// By input position; nil for an absent optional input.
    package var inputs: [Value?]
    /// By output position. With an addition fused, output 0 is the addition's.
    package var outputs: [Value?]
    /// What was fused behind a convolution.
    package var addition: FusedAddition?

    package func input(_ index: Int) -> Value? { index < inputs.count ? inputs[index] : nil }
    package func output(_ index: Int) -> Value? { index < outputs.count ? outputs[index] : nil }
}

/// A residual addition that a convolution's kernel does while it stores: the same bits as the nodes one after the other.
package struct FusedAddition {
    /// `Add`, `QLinearAdd` or `FusedQLinearAdd`.
    package var typedOperator: any Operator
    /// The addition's operands by position; the convolution's own result is at `position`.
    package var inputs: [StepOperands.Value?]
    /// Where the convolution's result stands: 0, or 1 for Add, or 3 for QLinearAdd.
    package var position: Int
    /// What follows a float addition: Relu or Clip.
    package var activation: FusedActivation
    /// The other operand.
    package var other: StepOperands.Value
    /// The type of the convolution's own result, which is never stored.
    package var convolutionType: TensorType
}

/// Where the values of a plan are while it runs.
package struct PlanMemory {
    let addresses: UnsafeMutablePointer<UnsafeMutableRawPointer>

    /// The first byte of a value, halo included.
    package subscript(_ id: Plan.ValueID) -> UnsafeMutableRawPointer { addresses[id] }
}
