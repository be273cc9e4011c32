import Lowering
import ModelGraph
import Tensors

extension AveragePool: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0), x.type.elementType == .float32 else { return [] }
        return WindowPool.arrangements(step, window: try? resolvedWindow(input: x.type.shape))
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        let pool = WindowPool(
            x: x, y: y, window: try resolvedWindow(input: x.type.shape), countsPadding: countsPadding)
        return [try pool.average(maker)]
    }
}
