import Lowering
import ModelGraph
import Tensors

extension FusedConv: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        base.arrangements(step, on: device)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let convolution = FloatConvolution(base, step) else {
            preconditionFailure("a convolution that was arranged has no kernel")
        }
        return try convolution.launches(step, activation: activation, maker)
    }
}
