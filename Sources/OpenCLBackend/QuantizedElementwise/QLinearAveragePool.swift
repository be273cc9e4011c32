import Lowering
import ModelGraph
import Tensors

extension QLinearAveragePool: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2, 3, 4] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard !channelsLast, let x = step.input(0), step.poolQuantization != nil else { return [] }
        return WindowPool.arrangements(step, window: try? resolvedWindow(input: x.type.shape))
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        let pool = WindowPool(
            x: x, y: y, window: try resolvedWindow(input: x.type.shape), countsPadding: countsPadding)
        return [try pool.average(maker, quantization: step.poolQuantization)]
    }
}
