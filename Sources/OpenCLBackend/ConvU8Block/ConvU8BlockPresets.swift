/// The tiles that run without tuning, by core, the largest first. Every one of them assembles for NVIDIA without a spill.
///
/// A larger tile reads each operand less often, and gives a small problem fewer work-groups than the device has units.
enum ConvU8BlockPresets {
    /// Four neighbouring work-items share a pixel: 32 of them read and write 128 consecutive bytes.
    static let dot4: [ConvU8BlockTile] = [8, 4, 2, 1].map { .dot4(pixels: $0, outputs: 4, groupSize: 64) }

    /// A processor's vectors are filled by the 16 outputs of a block.
    static let dot4Processor: ConvU8BlockTile = .dot4(pixels: 4, outputs: 16, groupSize: 16)

    /// For lists that only one group of 16 outputs has.
    static let matrix: [ConvU8BlockTile] = [
        .matrix(pixelTiles: 4, outputTiles: 1, warps: 2, prefetches: true),
        .matrix(pixelTiles: 2, outputTiles: 1, warps: 2, prefetches: true),
        .matrix(pixelTiles: 1, outputTiles: 1, warps: 4, prefetches: true),
    ]

    /// For lists that two groups share for the most part.
    static let matrixPairs: [ConvU8BlockTile] = [
        .matrix(pixelTiles: 4, outputTiles: 2, warps: 2, prefetches: true),
        .matrix(pixelTiles: 2, outputTiles: 2, warps: 2, prefetches: true),
    ]

    /// For dense weights: 128 x 128 with 32 KiB of local memory, 128 x 64 with 30, 64 x 64 with 24, 32 x 64 with 18.
    static let staged: [ConvU8BlockTile] = [
        .staged(pixelTiles: 4, outputTiles: 4, pixelWarps: 2, outputWarps: 2, stages: 4),
        .staged(pixelTiles: 4, outputTiles: 2, pixelWarps: 2, outputWarps: 2, stages: 5),
        .staged(pixelTiles: 2, outputTiles: 2, pixelWarps: 2, outputWarps: 2, stages: 6),
        .staged(pixelTiles: 1, outputTiles: 2, pixelWarps: 2, outputWarps: 2, stages: 6),
    ]

    /// What a step of 32 inputs costs for 16 pixels x 16 outputs, by core, about: the direct core reads its operands anew for
    /// each group of outputs. (128-byte accesses for each matrix instruction: 20 for 8, 24 for 16, 32 for 32.)
    static let stepCosts = (matrix: 1.6, matrixPairs: 1.2, staged: 1.0)
}
