import Lowering
import Runtime
import Tensors

extension QuantizedConvolution {
    /// The launch of `conv_depthwise_u8`, weights packed; nil where `conv_u8_block` must run: other than depthwise, or with an
    /// addition.
    ///
    /// - Throws: `.invalidModel` for a scale that is not finite and positive; `.unsupported` for distances beyond 32 bits.
    func depthwiseLaunches(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch]? {
        guard isDepthwise, addition == nil, let from = input.blocked, let to = output.blocked,
            [from, to].allSatisfy({ $0.layout.channelsPerPixel == BlockedLayout.groupChannels })
        else { return nil }
        let constants = try constants()
        let window = ConvolutionWindow(window)
        let weights = DepthwiseLanes(
            weightDifferences(constants), channels: channels, taps: window.kernel.row * window.kernel.column)
        let starts = constants.starts(weights.sums)
        let lanes = from.groups * BlockedLayout.groupChannels
        let preset = DepthwiseTile(pixels: min(4, to.width))
        let tile = maker.tiles.tile(
            for: depthwiseTileProblem(to, window), preset: preset,
            among: DepthwiseTile.candidates(width: to.width))
        let pixels = tile.pixels
        let runs = (to.width + pixels - 1) / pixels
        let defines = [
            "PIXELS": "\(pixels)", "KERNEL_ROWS": "\(window.kernel.row)", "KERNEL_COLUMNS": "\(window.kernel.column)",
            "DILATION": "\(window.dilations.column)", "STRIDE": "\(window.strides.column)",
        ]
        let origin = from.originBytes - window.pads.row * from.rowBytes - window.pads.column * from.pixelBytes
        var arguments: [KernelArgument] = [
            .value(input.id), .value(output.id), .buffer(try maker.buffer(weights.taps)),
            .buffer(try maker.buffer(starts + [Int32](repeating: 0, count: lanes - starts.count))),
            .buffer(try maker.buffer(constants.multipliers + [Float](repeating: 0, count: lanes - channels))),
            try .integer(origin), try .integer(window.strides.row * from.rowBytes),
            try .integer(window.dilations.row * from.rowBytes), try .integer(from.groupBytes),
            .int64(Int64(from.imageBytes)),
        ]
        arguments += try ElementDistances(to).arguments()
        arguments += [try .integer(to.width), try .integer(to.height), try .integer(to.groups), try .integer(channels)]
        arguments += [.float(constants.low), .float(constants.high), .int32(constants.zeroPoint)]
        return [
            KernelLaunch(
                program: KernelProgram(file: "conv_depthwise_u8", defines: defines), function: "conv_depthwise_u8",
                arguments: arguments, globalSize: [4 * to.height * runs, to.images * to.groups])
        ]
    }
}
