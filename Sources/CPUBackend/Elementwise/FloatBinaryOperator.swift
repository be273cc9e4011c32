import CMicrokernels
import Lowering
import ModelGraph
import Tensors

/// An operator that computes each float from two.
protocol FloatBinaryOperator: CPUOperator {
    static var operation: mk_binary { get }
    /// The same with the operands swapped.
    static var swappedOperation: mk_binary { get }
}

extension FloatBinaryOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard step.output(0)?.type.elementType == .float32 else { return [] }
        return BinaryOperands(step, 0, 1)?.arrangements ?? []
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let operands = BinaryOperands(step, 0, 1) else { preconditionFailure("a form that arrangements refused") }
        let operation = operands.fullPosition == 0 ? Self.operation : Self.swappedOperation
        return ElementwiseKernel(a: operands.full, second: operands.second, y: operands.y) { [isa = isa.mk] in
            mk_binary_f32(isa, operation, $0)
        }
    }
}
