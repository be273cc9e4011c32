import CMicrokernels
import Lowering
import ModelGraph
import Runtime
import Tensors

extension BatchNormalization: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        channelArrangements(step)
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        let bytes = channelLanes(step).withUnsafeBytes { Array($0) }
        return ElementwiseKernel(
            a: x, second: .lanes(bytes, perGroup: 3 * BlockedLayout.groupChannels * MemoryLayout<Float>.stride), y: y
        ) { [isa = isa.mk] in mk_affine_f32(isa, $0) }
    }
}
