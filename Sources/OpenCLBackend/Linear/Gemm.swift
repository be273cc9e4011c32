import Lowering
import ModelGraph
import Tensors

extension Gemm: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        productArrangements(step)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        try launches(step, activation: .none, maker)
    }
}
