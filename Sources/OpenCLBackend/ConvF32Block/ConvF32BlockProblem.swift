import Lowering
import ModelGraph
import Runtime
import Tensors

/// A float convolution of blocked values, weights packed into lists: what `conv_f32_block` and `conv_depthwise_f32` compute.
struct ConvF32BlockProblem {
    let lists: ConvF32BlockLists
    let isDepthwise: Bool
    let tile: ConvF32BlockTile
    let input: StepOperands.Value
    let inputShape: BlockedShape
    let dilations: [Int]
    /// Where tap (0, 0) of output pixel (0, 0) lies, and how far the next output's is. In floats.
    var inputOrigin: Int
    var inputPixel: Int
    var inputRow: Int
    let output: StepOperands.Value
    var outputPlaces: ElementPlaces
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
    /// - Throws: `.unsupported` if a distance does not fit 32 bits; `.outOfMemory`.
    func launches(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let offsets = BlockedOffsets(shape: inputShape, dilations: dilations)
        guard let steps = isDepthwise ? FloatSteps(depthwise: lists, offsets) : FloatSteps(lists, offsets) else {
            throw HoneError(.unsupported, "an image of \(inputShape.imageBytes) bytes is too large for a convolution")
        }
        let groups = (channels + 15) / 16
        // What the longest list reads; what was left out of sparse weights lies behind.
        let floats = lists.lists.indices.map {
            lists.firstWeight($0) + lists.entries($0).count * 16 * lists.groups($0).count
        }
        let packed = UnsafeRawBufferPointer(start: lists.weights.address, count: (floats.max() ?? 0) * 4)
        let start = bias + [Float](repeating: 0, count: (groups + 1) * 16 - bias.count)
        let constants = (
            weights: try maker.buffer(bytes: packed), steps: try maker.buffer(steps.steps),
            bias: try maker.buffer(start)
        )
        var launches: [KernelLaunch] = []
        for count in [2, 1] {
            let some = steps.lists.filter { $0.groups.count == count }
            guard !some.isEmpty else { continue }
            let table = try maker.buffer(FloatSteps.table(some))
            launches.append(
                try launch(
                    groups: count, lists: some.count,
                    [
                        .value(input.id), .value(output.id), .buffer(constants.weights), .buffer(constants.steps),
                        .buffer(table), .buffer(constants.bias),
                    ]))
        }
        return launches
    }

    private func launch(
        groups: Int, lists: Int, _ memory: [KernelArgument]
    ) throws(HoneError) -> KernelLaunch {
        var defines = ["ACTIVATION": activation.kernelKind]
        let pixels = inputShape.images * rows * columns
        var arguments = memory
        arguments += [try .int(inputOrigin), try .int(inputPixel), try .int(inputRow)]
        arguments += [.int64(Int64(inputShape.imageBytes / 4)), try .int(outputPlaces.origin), try .int(outputPixel)]
        arguments += [try .int(outputPlaces.row), try .int(outputPlaces.group), .int64(Int64(outputPlaces.image))]
        arguments += [try .int(columns), try .int(rows), try .int(pixels), try .int(channels)]
        arguments += activation.kernelArguments
        if let addition {
            guard let other = addition.other.blocked else { preconditionFailure("an addition's operand lies blocked") }
            defines["ADDITION"] = "1"
            defines["ADDITION_ACTIVATION"] = addition.activation.kernelKind
            arguments.append(.value(addition.other.id))
            arguments += try ElementPlaces(other).arguments() + addition.activation.kernelArguments
        }
        if isDepthwise {
            let (lanes, each) = (128, 2)
            defines["LANES"] = "\(lanes)"
            defines["PIXELS"] = "\(each)"
            return KernelLaunch(
                program: KernelProgram(file: "conv_depthwise_f32", defines: defines), function: "conv_depthwise_f32",
                arguments: arguments, globalSize: [(pixels + each - 1) / each * 4, lists], localSize: [lanes, 1])
        }
        // One group's sums leave registers for twice the pixels on a CPU; on others the tile has settled it.
        defines["LANES"] = "\(tile.lanes)"
        defines["PIXELS"] = "\(tile.pixels)"
        defines["GROUPS"] = "\(groups)"
        defines["ALIGNED"] = inputShape.layout.channelsPerPixel % 4 == 0 ? "1" : "0"
        return KernelLaunch(
            program: KernelProgram(file: "conv_f32_block", defines: defines), function: "conv_f32_block",
            arguments: arguments, globalSize: [(pixels + tile.pixels - 1) / tile.pixels, lists],
            localSize: [tile.lanes, 1])
    }
}
