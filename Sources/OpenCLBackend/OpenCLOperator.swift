import Lowering
import ModelGraph
import Tensors

/// An operator that runs on OpenCL devices, in a file named as the operator's own in `ModelGraph/Operators`.
///
/// Where it does not, or not with the operands of a step, the operator's definition runs on the host, between copies.
package protocol OpenCLOperator: Operator {
    /// Inputs that `launches` packs, such as weights and scales: where they are fed, the session plans for each content.
    var packedInputs: [Int] { get }

    /// The arrangements of its operands that its kernels take on this device, the best first; none where the definition
    /// must run.
    ///
    /// Asked before layouts are decided: `step` says types and constants. Where it has an addition, only what does that too.
    func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement]

    /// Packs what is constant and says what is to run, once layouts are decided. Kernels write images, with the lanes past
    /// the last channel, and never halos, which hold what they must from the start.
    ///
    /// - Throws: `.invalidModel` for constants that the operator refuses, such as a scale that is not positive;
    ///   `.outOfMemory` where the device has no memory for packed constants.
    func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch]
}

extension OpenCLOperator {
    package var packedInputs: [Int] { [] }
}
