import CMicrokernels
import Lowering
import ModelGraph
import Tensors

/// An operator that computes each float from two.
protocol FloatBinaryOperator: CPUOperator {
    static var operation: mk_binary { get }
    /// The same with the operands swapped.
    static var swappedOperation: mk_binary { get }
    /// The same, of two operands of one shape, with a Relu after it; nil where there is no such kernel.
    static var operationWithRelu: mk_binary? { get }
}

extension FloatBinaryOperator {
    static var operationWithRelu: mk_binary? { nil }

    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard step.output(0)?.type.elementType == .float32 else { return [] }
        guard let operands = BinaryOperands(step, 0, 1) else { return [] }
        if step.activation != .none {
            guard step.activation == .relu, Self.operationWithRelu != nil, operands.isFull else { return [] }
        }
        return operands.arrangements
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let operands = BinaryOperands(step, 0, 1) else { preconditionFailure("a form that arrangements refused") }
        var operation = operands.fullPosition == 0 ? Self.operation : Self.swappedOperation
        if step.activation == .relu, let fused = Self.operationWithRelu { operation = fused }
        return ElementwiseKernel(a: operands.full, second: operands.second, y: operands.y) {
            [isa = isa.mk, operation] in
            mk_binary_f32(isa, operation, $0)
        }
    }
}
