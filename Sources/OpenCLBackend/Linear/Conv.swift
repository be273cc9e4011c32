import Lowering
import ModelGraph
import Tensors

extension Conv: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let y = step.output(0), y.type.suitsKernels else { return [] }
        return FloatConvolution(self, step)?.arrangements ?? []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let convolution = FloatConvolution(self, step) else {
            preconditionFailure("a convolution that was arranged has no kernel")
        }
        return try convolution.launches(step, activation: .none, maker)
    }
}
