import Lowering
import ModelGraph
import Tensors

extension QLinearAdd: OpenCLOperator {
    package var packedInputs: [Int] { QuantizedBinaryForm.parameters }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        QuantizedBinaryStep(step)?.arrangements ?? []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let binary = QuantizedBinaryStep(step) else { preconditionFailure("a form that arrangements refused") }
        return try binary.launches("quantized_add", maker)
    }
}
