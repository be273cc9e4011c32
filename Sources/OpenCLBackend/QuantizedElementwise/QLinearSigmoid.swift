import Lowering
import ModelGraph
import Tensors

extension QLinearSigmoid: OpenCLOperator {
    package var packedInputs: [Int] { parameterInputs }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        step.isCountable ? tableArrangements(step) : []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        return try ByteTable(x: x, y: y, table: try table(step)).launches(maker)
    }
}
