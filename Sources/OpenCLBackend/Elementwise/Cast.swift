import Lowering
import ModelGraph
import Tensors

extension Cast: ElementwiseOperator {
    func operation(_ step: StepOperands) -> ElementwiseOperation? {
        guard let source = step.input(0)?.type.elementType else { return nil }
        // A file's bool may hold any byte.
        if source == .bool || target == .bool { return ElementwiseOperation("is_not_zero") }
        switch target {
        case .float16: return ElementwiseOperation("round_to_half")
        case .bfloat16: return ElementwiseOperation("round_to_bfloat16")
        default: break
        }
        guard source.isFloatingPoint, let range = target.kernelRange else { return ElementwiseOperation("copy") }
        return ElementwiseOperation(
            "saturate", [range.low, range.high], defines: ["Y_LOWEST": range.lowest, "Y_HIGHEST": range.highest])
    }
}
