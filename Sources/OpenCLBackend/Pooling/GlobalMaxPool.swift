import Lowering
import ModelGraph
import Tensors

extension GlobalMaxPool: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        step.output(0)?.type.elementType == .float32 ? PlanePool.arrangements(step) : []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        return [try PlanePool(x: x, y: y, isMaximum: true).launch(on: maker.device)]
    }
}
