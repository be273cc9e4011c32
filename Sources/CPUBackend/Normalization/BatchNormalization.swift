import CMicrokernels
import ModelGraph
import Runtime
import Tensors

extension BatchNormalization: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), x.type.isImage, x.type.elementType == .float32,
            (1...4).allSatisfy({ step.input($0)?.constant != nil })
        else { return [] }
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        let constants = (1...4).map { step.input($0)?.constant?.inComputeType().floats() ?? [] }
        let (scale, bias, mean, variance) = (constants[0], constants[1], constants[2], constants[3])
        // For each group 16 means, 16 factors, 16 biases.
        let width = BlockedLayout.groupChannels
        let channels = x.type.shape[1]
        var lanes = [Float](repeating: 0, count: (channels + width - 1) / width * 3 * width)
        for channel in 0..<channels {
            let first = channel / width * 3 * width + channel % width
            lanes[first] = mean[channel]
            lanes[first + width] = scale[channel] / (variance[channel] + epsilon).squareRoot()
            lanes[first + 2 * width] = bias[channel]
        }
        let bytes = lanes.withUnsafeBytes { Array($0) }
        return ElementwiseKernel(
            a: x, second: .lanes(bytes, perGroup: 3 * width * MemoryLayout<Float>.stride), y: y
        ) { [isa = isa.mk] in mk_affine_f32(isa, $0) }
    }
}
