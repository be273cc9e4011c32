import Lowering
import ModelGraph
import Runtime
import Tensors

/// The tiles that tuning may choose. All but the processor's are in `Kernels/presets.txt`.
enum ConvF32BlockCandidates {
    static let large = tiles(lanes: [64, 128], pixels: [4], pairs: true)
    static let blocks =
        tiles(lanes: [32, 64, 128], pixels: [1, 2, 3, 4], pairs: false)
        + tiles(lanes: [32, 64, 128], pixels: [1, 2, 3], pairs: true)
    static let processor =
        tiles(lanes: [1, 4, 16], pixels: [2, 4, 8], pairs: false)
        + tiles(lanes: [1, 4, 16], pixels: [2, 4], pairs: true)
    static let depthwise = tiles(lanes: [64, 128, 256], pixels: [1, 2, 4], pairs: false)

    private static func tiles(lanes: [Int], pixels: [Int], pairs: Bool) -> [ConvF32BlockTile] {
        lanes.flatMap { lanes in
            pixels.map { ConvF32BlockTile(lanes: lanes, pixels: $0, pairs: pairs) }
        }
    }
}

extension ConvF32BlockTile {
    /// The tiles that are legal on a device.
    ///
    /// - Parameter groups: of 16 outputs.
    static func candidates(groups: Int, isDepthwise: Bool, on device: DeviceInfo) -> [ConvF32BlockTile] {
        var tiles = isDepthwise ? ConvF32BlockCandidates.depthwise : ConvF32BlockCandidates.blocks
        if !isDepthwise {
            if device.kind == .cpu {
                tiles = ConvF32BlockCandidates.processor
            } else if !isTight(device) {
                tiles += ConvF32BlockCandidates.large
            }
        }
        return tiles.filter { $0.lanes <= device.largestLine && (!$0.pairs || groups > 1) }
    }
}

extension FloatConvolution {
    /// What the time of its tiles depends on.
    func tileProblem(_ input: BlockedShape, _ output: BlockedShape, isAddition: Bool) -> TileProblem {
        let taps = weightShape[1...].reduce(1, *)
        let kept = weights.withElements(of: Float.self) { weights in weights.lazy.filter { $0 != 0 }.count }
        // In steps of 5 %: what pruning is asked for.
        let density = (kept * 20 + weights.elementCount / 2) / max(weights.elementCount, 1) * 5
        var shape = "\(output.images)x\(output.height)x\(output.width), \(output.channels) outputs, \(taps) taps"
        if density < 100 { shape += ", \(density) % kept" }
        if window.strides.contains(where: { $0 > 1 }) {
            shape += ", stride " + window.strides.map(String.init).joined(separator: "x")
        }
        if input.layout.channelsPerPixel != BlockedLayout.groupChannels { shape += ", packed" }
        if isAddition { shape += ", add" }
        return TileProblem(kernel: isDepthwise ? "conv_depthwise_f32" : "conv_f32_block", shape: shape)
    }
}
