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
        let tile = ConvF32BlockTile.chosen(
            pixels: outputShape.images * outputShape.height * outputShape.width, groups: outputShape.groups,
            on: maker.device)
        let packed = weights.withElements(of: Float.self) { weights in
            Result { () throws(HoneError) -> ConvF32BlockLists in
                isDepthwise
                    ? try ConvF32BlockLists(depthwise: weights, shape: weightShape)
                    : try ConvF32BlockLists(weights, shape: weightShape, group: group, pairs: tile.pairs)
            }
        }
        let floats = (row: inputShape.rowBytes / 4, pixel: inputShape.pixelBytes / 4)
        let problem = ConvF32BlockProblem(
            lists: try packed.get(), isDepthwise: isDepthwise, tile: tile, input: x, inputShape: inputShape,
            dilations: window.dilations,
            inputOrigin: inputShape.originBytes / 4 - window.padsBegin[0] * floats.row - window.padsBegin[1]
                * floats.pixel,
            inputPixel: window.strides[1] * floats.pixel, inputRow: window.strides[0] * floats.row, output: y,
            outputPlaces: ElementPlaces(outputShape), outputPixel: outputShape.pixelBytes / 4,
            rows: outputShape.height, columns: outputShape.width, channels: outputShape.channels,
            bias: bias?.elements(as: Float.self) ?? [], activation: activation, addition: step.addition)
        return try problem.launches(maker)
    }
}
