/// The tiles that tuning may choose: presets and their neighbours. All but the processor's are in `Kernels/presets.txt`, where
/// each is assembled for NVIDIA without a spill.
enum ConvU8BlockCandidates {
    /// Pixels and outputs of an item. (2 x 8 spills on sm_80.)
    static let dot4: [ConvU8BlockTile] =
        [(1, 4), (2, 4), (4, 4), (8, 4), (1, 8), (4, 8), (8, 8)].flatMap { (pixels: Int, outputs: Int) in
            [64, 128].map { .dot4(pixels: pixels, outputs: outputs, groupSize: $0) }
        } + [1, 2, 4].map { .dot4(pixels: $0, outputs: 16, groupSize: 64) }

    static let processor: [ConvU8BlockTile] = [1, 2, 4, 8].flatMap { pixels in
        [8, 16].flatMap { outputs in [16, 64].map { .dot4(pixels: pixels, outputs: outputs, groupSize: $0) } }
    }

    static let matrix: [ConvU8BlockTile] = [
        (1, 1), (2, 1), (4, 1), (1, 2), (2, 2), (4, 2), (1, 4), (2, 4), (4, 4),
    ].flatMap { (pixelTiles: Int, outputTiles: Int) in
        [2, 4].map { .matrix(pixelTiles: pixelTiles, outputTiles: outputTiles, warps: $0, prefetches: true) }
    }

    static let staged: [ConvU8BlockTile] = [
        (4, 4, 2, 2, 3), (4, 4, 2, 2, 4), (4, 4, 2, 2, 5), (4, 4, 1, 2, 4), (4, 4, 2, 1, 4), (4, 4, 1, 1, 4),
        (4, 2, 2, 2, 3), (4, 2, 2, 2, 5), (4, 2, 2, 4, 4), (4, 2, 4, 2, 3), (4, 2, 1, 2, 5), (2, 4, 2, 2, 4),
        (2, 4, 4, 2, 3), (2, 4, 2, 1, 5), (2, 2, 2, 2, 4), (2, 2, 2, 2, 6), (2, 2, 4, 2, 4), (2, 2, 2, 4, 4),
        (1, 2, 2, 2, 4), (1, 2, 2, 2, 6), (1, 4, 2, 2, 4), (2, 1, 2, 2, 6),
    ].map { (pixelTiles: Int, outputTiles: Int, pixelWarps: Int, outputWarps: Int, stages: Int) in
        .staged(
            pixelTiles: pixelTiles, outputTiles: outputTiles, pixelWarps: pixelWarps, outputWarps: outputWarps,
            stages: stages)
    }
}

extension ConvU8BlockTile {
    /// The tiles that are legal for a problem on a device, and not much larger than the problem.
    static func candidates(
        for problem: ConvU8BlockProblem, on device: ConvU8BlockDevice, isAligned: Bool
    ) -> [ConvU8BlockTile] {
        var tiles: [ConvU8BlockTile] = []
        if device.cores == .matrix {
            tiles += ConvU8BlockCandidates.matrix
            if isAligned { tiles += ConvU8BlockCandidates.staged }
        }
        if device.cores == .dot4 || device.mayMixCores {
            tiles += device.isProcessor ? ConvU8BlockCandidates.processor : ConvU8BlockCandidates.dot4
        }
        return tiles.filter { tile in
            tile.items <= device.maximumItems
                && tile.localBytes(isPortable: device.isPortable) < device.localMemory - 64
                && problem.hasShortDistances(tile)
                && (tile.groupsPerList < 2 * problem.groups || tile.groupsPerList <= 4)
                && (tile.pixels < 4 * problem.pixels || tile.pixels <= 64)
        }
    }
}

extension ConvU8BlockProblem {
    /// What the time of its tiles depends on.
    func tileProblem(_ kept: KeptBlocks, _ cores: ConvU8BlockCores) -> TileProblem {
        let blocks = kept.groups.reduce(0) { $0 + $1.count }.roundedForTuning
        var shape = "\(images)x\(rows)x\(columns), \(outputs) outputs, \(blocks) blocks"
        if inputPlaces.pixel > 16 { shape += ", pixels \(inputPlaces.pixel) apart" }
        switch result {
        case .bytes: break
        case .sums: shape += ", sums"
        case .real: shape += ", float"
        }
        if store != .lanes { shape += ", \(store)" }
        if addition != nil { shape += ", add" }
        if rowZeroPoint != nil { shape += ", row zero points" }
        return TileProblem(kernel: "conv_u8_block \(cores.rawValue)", shape: shape)
    }
}
