import Lowering
import ModelGraph
import Tensors

extension QLinearConv: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        QuantizedConvolution(self, bounds: nil, step)?.deviceArrangements ?? []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let convolution = QuantizedConvolution(self, bounds: nil, step) else {
            preconditionFailure("prepared for operands that have no arrangement")
        }
        return try convolution.launches(maker)
    }
}
