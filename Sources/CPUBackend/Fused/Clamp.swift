import CMicrokernels
import Lowering
import ModelGraph
import Tensors

extension Clamp: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] { step.unaryArrangements }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        let isSigned = x.type.elementType == .int8
        let range = bounds.range(of: x.type.elementType)
        func byte(_ integer: Int32) -> UInt8 { UInt8(truncatingIfNeeded: integer + (isSigned ? 128 : 0)) }
        let (low, high) = (byte(range.lowerBound), byte(range.upperBound))
        let flip: UInt8 = isSigned && x.blocked == nil ? 0x80 : 0
        return ElementwiseKernel(a: x, y: y) { [isa = isa.mk] in mk_clamp_u8(isa, $0, low, high, flip) }
    }
}
