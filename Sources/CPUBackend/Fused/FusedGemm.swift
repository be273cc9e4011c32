import Lowering
import ModelGraph
import Tensors

extension FusedGemm: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        FloatProduct(base, activation: activation, step) == nil ? [] : [FloatProduct.arrangement]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let product = FloatProduct(base, activation: activation, step) else {
            preconditionFailure("a product that was arranged has no kernel")
        }
        return try GemmF32Kernel(product, step, isa: isa)
    }
}
