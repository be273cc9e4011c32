import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension FusedQLinearAdd: CPUOperator {
    package var packedInputs: [Int] { QuantizedBinaryForm.parameters }

    package func arrangements(_ step: StepOperands) -> [Arrangement] { QuantizedBinaryForm(step)?.arrangements ?? [] }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let form = QuantizedBinaryForm(step), let y = step.output(0) else {
            preconditionFailure("a form that arrangements refused")
        }
        // Clamping the integer and clamping before the rounding are the same, the bounds being integers.
        return try form.kernel(MK_ADD, bounds: bounds.range(of: y.type.elementType), isa: isa)
    }
}
