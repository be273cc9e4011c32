import Lowering
import ModelGraph
import Tensors

extension Pow: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        guard let base = step.input(0)?.type.elementType, let exponent = step.input(1)?.type.elementType else {
            return nil
        }
        if base == .float32 { return ElementwiseOperation("power") }
        // Integers to real powers are computed in double precision, which devices may lack.
        return exponent.isFloatingPoint || exponent == .uint64 ? nil : ElementwiseOperation("power_integer")
    }
}
