import Lowering
import ModelGraph
import Tensors

extension FusedQLinearAdd: OpenCLOperator {
    package var packedInputs: [Int] { QuantizedBinaryForm.parameters }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        QuantizedBinaryStep(step)?.arrangements ?? []
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        guard let binary = QuantizedBinaryStep(step), let y = step.output(0) else {
            preconditionFailure("a form that arrangements refused")
        }
        // Clamping the integer and clamping before the rounding are the same, the bounds being integers.
        return try binary.launches("quantized_add", bounds: bounds.range(of: y.type.elementType), maker)
    }
}
