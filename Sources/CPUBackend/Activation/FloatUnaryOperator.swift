import CMicrokernels
import Lowering
import ModelGraph
import Tensors

/// An operator that computes each float from one.
protocol FloatUnaryOperator: CPUOperator {
    /// What is computed, with its two parameters; nil where the operands are not such as the kernel takes.
    func function(_ step: StepOperands) -> (operation: mk_unary, p: Float, q: Float)?
}

extension FloatUnaryOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard step.output(0)?.type.elementType == .float32, function(step) != nil else { return [] }
        return step.unaryArrangements
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let (operation, p, q) = function(step) else { preconditionFailure("a form that arrangements refused") }
        let (x, y) = step.unary
        return ElementwiseKernel(a: x, y: y) { [isa = isa.mk] in mk_unary_f32(isa, operation, $0, p, q) }
    }
}
