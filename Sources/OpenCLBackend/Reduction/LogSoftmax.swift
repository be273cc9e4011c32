import Lowering
import ModelGraph
import Tensors

extension LogSoftmax: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        step.rowMajorArrangements([.float32])
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        [try axis.lines(of: step.unary.x.type.shape).softmaxLaunch(step, isLogarithm: true)]
    }
}
