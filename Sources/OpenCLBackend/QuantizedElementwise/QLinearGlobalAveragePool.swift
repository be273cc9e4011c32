import Lowering
import ModelGraph
import Tensors

extension QLinearGlobalAveragePool: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2, 3, 4] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        !channelsLast && step.poolQuantization != nil ? PlanePool.arrangements(step) : []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        return [try PlanePool(x: x, y: y, quantization: step.poolQuantization).launch(on: maker.device)]
    }
}
