/// How the matrix core of a float convolution, `conv_f32_block_mma`, cuts its work.
struct ConvF32MatrixTile: Sendable, Hashable {
    /// Tiles of 16 pixels of a warp.
    var pixelTiles: Int
    /// Groups of 16 outputs that share a list, where as many neighbours have the same taps: 1, 2 or 4.
    var groups: Int
    var warps: Int

    /// Pixels of a work-group.
    var pixels: Int { 16 * pixelTiles * warps }

    /// From the most multiplications for each load to the most work-groups.
    static let presets = [
        ConvF32MatrixTile(pixelTiles: 2, groups: 4, warps: 4), ConvF32MatrixTile(pixelTiles: 4, groups: 2, warps: 4),
        ConvF32MatrixTile(pixelTiles: 2, groups: 2, warps: 4), ConvF32MatrixTile(pixelTiles: 2, groups: 1, warps: 4),
        ConvF32MatrixTile(pixelTiles: 1, groups: 1, warps: 4),
    ]
    /// For a processor, which exchanges operands through memory.
    static let processor = ConvF32MatrixTile(pixelTiles: 1, groups: 2, warps: 1)

    /// What overrides the choice: for tests.
    @TaskLocal static var forced: ConvF32MatrixTile?

    /// The largest tile that still gives the whole device work.
    ///
    /// - Parameters:
    ///   - pixels: of all images.
    ///   - groups: of 16 outputs.
    static func chosen(pixels: Int, groups: Int, on device: DeviceInfo) -> ConvF32MatrixTile {
        if let forced { return forced }
        guard device.kind != .cpu else { return processor }
        let wanted = 2 * max(device.computeUnits, 1)
        let fitting = presets.first { tile in
            tile.groups < 2 * groups
                && ((pixels - 1) / tile.pixels + 1) * ((groups - 1) / tile.groups + 1) >= wanted
        }
        return fitting ?? presets[presets.count - 1]
    }
}
