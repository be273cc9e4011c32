import Lowering
import ModelGraph
import Runtime
import Tensors

/// A float convolution of blocked values, weights packed into lists: what `conv_f32_block` and `conv_depthwise_f32` compute.
struct ConvF32BlockProblem {
    let steps: FloatSteps
    let isDepthwise: Bool
    let tile: ConvF32BlockTile
    let input: StepOperands.Value
    let inputShape: BlockedShape
    /// Where tap (0, 0) of output pixel (0, 0) lies, and how far the next output's is. In floats.
    var inputOrigin: Int
    var inputPixel: Int
    var inputRow: Int
    let output: StepOperands.Value
    var outputPlaces: ElementDistances
    /// Floats from output pixel to output pixel.
    var outputPixel: Int
    var rows: Int
    var columns: Int
    /// Outputs of a pixel.
    let channels: Int
    /// For each output; none where all are 0.
    let bias: [Float]
    var activation = FusedActivation.none
    var addition: FusedAddition?

    /// Packs the constants.
    ///
    /// - Parameter floats: the weights: 16 for each tap and group, in list order.
    /// - Throws: `.unsupported` if a distance does not fit 32 bits; `.outOfMemory`.
    func launches(
        weights floats: UnsafeBufferPointer<Float>, _ maker: LaunchMaker
    ) throws(HoneError) -> [KernelLaunch] {
        if !isDepthwise, maker.precision != .float32 { return try matrixLaunches(weights: floats, maker) }
        let weights = try maker.buffer(bytes: UnsafeRawBufferPointer(floats))
        let (table, biases) = (try maker.buffer(steps.steps), try maker.buffer(paddedBias))
        var launches: [KernelLaunch] = []
        for count in [2, 1] {
            let some = steps.lists.filter { $0.groups.count == count }
            guard !some.isEmpty else { continue }
            let lists = try maker.buffer(FloatSteps.table(some))
            launches.append(
                try launch(
                    groups: count, lists: some.count,
                    [
                        .value(input.id), .value(output.id), .buffer(weights), .buffer(table), .buffer(lists),
                        .buffer(biases),
                    ]))
        }
        return launches
    }

    /// For each output, lanes past the last included, of a pair whose second group does not exist as well.
    var paddedBias: [Float] {
        bias + [Float](repeating: 0, count: ((channels + 15) / 16 + 1) * 16 - bias.count)
    }

    /// Output pixels of all images.
    var pixels: Int { inputShape.images * rows * columns }

    private func launch(
        groups: Int, lists: Int, _ memory: [KernelArgument]
    ) throws(HoneError) -> KernelLaunch {
        let (shared, arguments) = try parameters(memory)
        var defines = shared
        defines["LANES"] = "\(tile.lanes)"
        defines["PIXELS"] = "\(tile.pixels)"
        if isDepthwise {
            return KernelLaunch(
                program: KernelProgram(file: "conv_depthwise_f32", defines: defines), function: "conv_depthwise_f32",
                arguments: arguments, globalSize: [(pixels + tile.pixels - 1) / tile.pixels * 4, lists],
                localSize: [tile.lanes, 1])
        }
        defines["GROUPS"] = "\(groups)"
        return KernelLaunch(
            program: KernelProgram(file: "conv_f32_block", defines: defines), function: "conv_f32_block",
            arguments: arguments, globalSize: [(pixels + tile.pixels - 1) / tile.pixels, lists],
            localSize: [tile.lanes, 1])
    }

    /// What all kernels take: `CONV_F32_PARAMETERS` behind the first six, and the defines of conv_f32_block.clh.
    func parameters(
        _ memory: [KernelArgument]
    ) throws(HoneError) -> (defines: [String: String], arguments: [KernelArgument]) {
        var defines = ["ACTIVATION": activation.kernelKind]
        defines["ALIGNED"] = inputShape.layout.channelsPerPixel % 4 == 0 ? "1" : "0"
        var arguments = memory
        arguments += [try .integer(inputOrigin), try .integer(inputPixel), try .integer(inputRow)]
        arguments += [
            .int64(Int64(inputShape.imageBytes / 4)), try .integer(outputPlaces.origin), try .integer(outputPixel),
        ]
        arguments += [
            try .integer(outputPlaces.row), try .integer(outputPlaces.group), .int64(Int64(outputPlaces.image)),
        ]
        arguments += [try .integer(columns), try .integer(rows), try .integer(pixels), try .integer(channels)]
        arguments += activation.kernelArguments
        if let addition {
            guard let other = addition.other.blocked else { preconditionFailure("an addition's operand lies blocked") }
            defines["ADDITION"] = "1"
            defines["ADDITION_ACTIVATION"] = addition.activation.kernelKind
            arguments.append(.value(addition.other.id))
            arguments += try ElementDistances(other).arguments() + addition.activation.kernelArguments
        }
        return (defines, arguments)
    }
}
