/// How the work of a float convolution is cut for a device.
struct ConvF32BlockTile: KernelTile {
    /// Items of a work-group.
    var lanes: Int
    /// Pixels of an item.
    var pixels: Int
    /// Whether two groups of outputs with the same taps share each load of an input.
    var pairs: Bool

    /// For depthwise convolutions, whose items have four channels of their pixels.
    static let depthwise = ConvF32BlockTile(lanes: 128, pixels: 2, pairs: false)

    var name: String { "\(pixels)x\(pairs ? 32 : 16), \(lanes) items" }

    /// Whether the device has no registers for the largest tile: NVIDIA's assembler spills them before sm_90
    /// (Benchmarks/results/nvidia-resources.txt).
    static func isTight(_ device: DeviceInfo) -> Bool {
        device.vendor == .nvidia && (device.computeCapability ?? 0) < 90
    }

    /// The largest tile that still gives the whole device work.
    ///
    /// - Parameters:
    ///   - pixels: of all images.
    ///   - groups: of 16 outputs.
    static func chosen(pixels: Int, groups: Int, on device: DeviceInfo) -> ConvF32BlockTile {
        // A core's vectors hold 16 outputs, and its registers 8 pixels of one group or 4 of two.
        guard device.kind != .cpu else { return ConvF32BlockTile(lanes: 4, pixels: 4, pairs: true) }
        // From the most fma for each load to the most work-groups.
        let tiles = [
            ConvF32BlockTile(lanes: 64, pixels: isTight(device) ? 3 : 4, pairs: true),
            ConvF32BlockTile(lanes: 64, pixels: 4, pairs: false),
            ConvF32BlockTile(lanes: 64, pixels: 2, pairs: false), ConvF32BlockTile(lanes: 32, pixels: 1, pairs: false),
        ]
        let wanted = 2 * max(device.computeUnits, 1)
        let fitting = tiles.first { tile in
            let across = (pixels - 1) / (tile.lanes * tile.pixels) + 1
            return across * (tile.pairs ? (groups + 1) / 2 : groups) >= wanted
        }
        return fitting ?? tiles[tiles.count - 1]
    }
}
