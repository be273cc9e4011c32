import Lowering
import ModelGraph
import Runtime
import Tensors

extension FloatConvolution {
    /// The launches of the convolution, with what is fused behind it, weights packed.
    ///
    /// - Throws: `.unsupported` if a distance does not fit 32 bits; `.outOfMemory`.
    func launches(
        _ step: StepOperands, activation: FusedActivation, _ maker: LaunchMaker
    ) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        guard let inputShape = x.blocked, let outputShape = y.blocked else {
            preconditionFailure("a float convolution's operands lie blocked")
        }
        let preset =
            isDepthwise
            ? .depthwise
            : ConvF32BlockTile.chosen(
                pixels: outputShape.images * outputShape.height * outputShape.width, groups: outputShape.groups,
                on: maker.device)
        let tile = maker.tiles.tile(
            for: tileProblem(inputShape, outputShape, isAddition: step.addition != nil), preset: preset,
            among: ConvF32BlockTile.candidates(
                groups: outputShape.groups, isDepthwise: isDepthwise, on: maker.device))
        let packed = self.weights.withElements(of: Float.self) { weights in
            Result { () throws(HoneError) -> ConvF32BlockLists in
                isDepthwise
                    ? try ConvF32BlockLists(depthwise: weights, shape: weightShape)
                    : try ConvF32BlockLists(weights, shape: weightShape, group: group, pairs: tile.pairs)
            }
        }
        let lists = try packed.get()
        let offsets = BlockedOffsets(shape: inputShape, dilations: window.dilations)
        guard let steps = isDepthwise ? FloatSteps(depthwise: lists, offsets) : FloatSteps(lists, offsets) else {
            throw HoneError(.unsupported, "an image of \(inputShape.imageBytes) bytes is too large for a convolution")
        }
        // What the last list reads; the room of what sparse weights left out lies behind.
        let ends = lists.lists.indices.map {
            lists.firstWeight($0) + lists.entries($0).count * 16 * lists.groups($0).count
        }
        let floats = (row: inputShape.rowBytes / 4, pixel: inputShape.pixelBytes / 4)
        let problem = ConvF32BlockProblem(
            steps: steps, isDepthwise: isDepthwise, tile: tile, input: x, inputShape: inputShape,
            inputOrigin: inputShape.originBytes / 4 - window.padsBegin[0] * floats.row - window.padsBegin[1]
                * floats.pixel,
            inputPixel: window.strides[1] * floats.pixel, inputRow: window.strides[0] * floats.row, output: y,
            outputPlaces: ElementDistances(outputShape), outputPixel: outputShape.pixelBytes / 4,
            rows: outputShape.height, columns: outputShape.width, channels: outputShape.channels,
            bias: bias?.elements(as: Float.self) ?? [], activation: activation, addition: step.addition)
        return try problem.launches(
            weights: UnsafeBufferPointer(start: lists.weights.address, count: ends.max() ?? 0), maker)
    }
}
