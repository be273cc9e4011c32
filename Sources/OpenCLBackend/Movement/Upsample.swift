import Lowering
import ModelGraph
import Tensors

extension Upsample: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        (try? resampling(step.operands))?.arrangements(step) ?? []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        try resampling(step.operands).launches(step, maker)
    }
}
