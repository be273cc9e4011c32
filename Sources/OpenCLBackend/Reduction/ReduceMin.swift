import Lowering
import ModelGraph
import Tensors

extension ReduceMin: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        reductionArrangements(step)
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        try reductionLaunches(step, maker)
    }
}
