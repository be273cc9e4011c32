import Lowering
import ModelGraph
import Runtime

/// How `conv_depthwise_u8` cuts a row.
struct DepthwiseTile: KernelTile {
    /// Neighbouring pixels of an item.
    var pixels: Int

    var name: String { "\(pixels) pixels" }

    /// What tuning may choose; each is in `Kernels/presets.txt`.
    static let all = [1, 2, 4, 8].map(DepthwiseTile.init)

    /// Those that a row fills.
    static func candidates(width: Int) -> [DepthwiseTile] { all.filter { $0.pixels <= width } }
}

extension QuantizedConvolution {
    /// What the time of its tiles depends on.
    func depthwiseTileProblem(_ output: BlockedShape, _ window: ConvolutionWindow) -> TileProblem {
        var shape = "\(output.images)x\(output.height)x\(output.width), \(channels) channels, "
        shape += "\(window.kernel.row)x\(window.kernel.column)"
        if window.strides.row > 1 || window.strides.column > 1 {
            shape += ", stride \(window.strides.row)x\(window.strides.column)"
        }
        if window.dilations.row > 1 || window.dilations.column > 1 {
            shape += ", dilation \(window.dilations.row)x\(window.dilations.column)"
        }
        return TileProblem(kernel: "conv_depthwise_u8", shape: shape)
    }
}
