import Lowering
import ModelGraph
import Runtime
import Tensors

extension BatchNormalization: OpenCLOperator {
    package var packedInputs: [Int] { [1, 2, 3, 4] }

    package func arrangements(_ step: StepOperands, on device: DeviceInfo) -> [Arrangement] {
        guard let x = step.input(0), x.type.suitsKernels, x.type.elementType == .float32,
            (1...4).allSatisfy({ step.input($0)?.constant != nil })
        else { return [] }
        return channelArrangements(step) + [Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])]
    }

    package func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        let lanes = channelLanes(step)
        let program = KernelProgram(file: "batch_normalization")
        if let from = x.blocked, let to = y.blocked {
            var arguments: [KernelArgument] = [.value(x.id), .value(y.id), .buffer(try maker.buffer(lanes))]
            arguments += try ElementDistances(from).arguments() + ElementDistances(to).arguments()
            arguments += [try .integer(to.width), try .integer(to.height), try .integer(to.groups)]
            return [
                KernelLaunch(
                    program: program, function: "batch_normalization", arguments: arguments,
                    globalSize: [4 * to.width * to.height, to.images * to.groups])
            ]
        }
        let channels = x.type.shape[1]
        let width = BlockedLayout.groupChannels
        // Mean, factor and bias of each channel, which lie 16 apart in groups.
        let triples = (0..<channels).flatMap { channel in
            (0..<3).map { lanes[channel / width * 3 * width + $0 * width + channel % width] }
        }
        let planes = x.type.shape[0] * channels
        let elements = x.type.elementCount / planes
        return [
            KernelLaunch(
                program: program, function: "batch_normalization_planes",
                arguments: [
                    .value(x.id), .value(y.id), .buffer(try maker.buffer(triples)), try .integer(elements),
                    try .integer(channels),
                ], globalSize: [elements, planes])
        ]
    }
}
