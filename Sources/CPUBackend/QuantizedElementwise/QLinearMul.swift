import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension QLinearMul: CPUOperator {
    package var packedInputs: [Int] { QuantizedBinaryForm.parameters }

    package func arrangements(_ step: StepOperands) -> [Arrangement] { QuantizedBinaryForm(step)?.arrangements ?? [] }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let form = QuantizedBinaryForm(step) else { preconditionFailure("a form that arrangements refused") }
        return try form.kernel(MK_MULTIPLY, bounds: nil, isa: isa)
    }
}
