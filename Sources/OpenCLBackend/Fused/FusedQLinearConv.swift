import Lowering
import ModelGraph
import Tensors

extension FusedQLinearConv: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        QuantizedConvolution(base, bounds: bounds, step)?.deviceArrangements ?? []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let convolution = QuantizedConvolution(base, bounds: bounds, step) else {
            preconditionFailure("prepared for operands that have no arrangement")
        }
        return try convolution.launches(maker)
    }
}
