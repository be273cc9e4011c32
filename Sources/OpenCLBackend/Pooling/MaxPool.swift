import Lowering
import ModelGraph
import Tensors

extension MaxPool: OpenCLOperator {
    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        // Indices are counted by the definition alone.
        guard step.output(1) == nil, let x = step.input(0) else { return [] }
        return WindowPool.arrangements(step, window: try? resolvedWindow(input: x.type.shape))
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        let pool = WindowPool(x: x, y: y, window: try resolvedWindow(input: x.type.shape))
        return [try pool.maximum(maker)]
    }
}
