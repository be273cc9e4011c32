import Lowering
import ModelGraph
import Tensors

extension FusedQGemm: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        base.productArrangements(step)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        try base.product(step, bounds: bounds).launches(maker)
    }
}
