import Lowering
import ModelGraph
import Tensors

extension Gemm: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        FloatProduct(self, activation: .none, step) == nil ? [] : [FloatProduct.arrangement]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let product = FloatProduct(self, activation: .none, step) else {
            preconditionFailure("a product that was arranged has no kernel")
        }
        return try GemmF32Kernel(product, step, isa: isa)
    }
}
