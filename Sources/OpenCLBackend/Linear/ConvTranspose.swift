import Lowering
import ModelGraph
import Tensors

extension ConvTranspose: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        TransposedConvolution(self, step)?.arrangements ?? []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let convolution = TransposedConvolution(self, step) else {
            preconditionFailure("a convolution that was arranged has no kernel")
        }
        return try convolution.launches(step, maker)
    }
}
