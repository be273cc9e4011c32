import Lowering
import ModelGraph
import Tensors

extension MatMul: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        FloatProduct(step) == nil ? [] : [FloatProduct.arrangement]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let product = FloatProduct(step) else {
            preconditionFailure("a product that was arranged has no kernel")
        }
        return try GemmF32Kernel(product, step, isa: isa)
    }
}
