import Testing

@testable import OpenCLBackend

/// Products on the cores of `conv_u8_block` against their definitions, byte for byte, and nothing written behind them.
@Suite(OpenCLDevices.areThere) struct GemmU8BlockTests {
    private static let shapes = [(1, 16, 16), (5, 32, 24), (33, 20, 7), (70, 7, 33), (19, 64, 160), (1, 100, 10)]

    @Test(arguments: GemmU8BlockCase.Kind.allCases)
    func products(kind: GemmU8BlockCase.Kind) throws {
        for (seed, (rows, depth, columns)) in GemmU8BlockTests.shapes.enumerated() {
            let problem = GemmU8BlockCase(kind, rows: rows, depth: depth, columns: columns, seed: seed)
            let (got, want) = try problem.stored(seed: seed)
            #expect(got == want, "\(kind) \(rows) x \(depth) x \(columns): \(differences(got, want))")
        }
    }

    @Test(
        arguments: [
            .matrix(pixelTiles: 1, outputTiles: 2, warps: 2, prefetches: true),
            .staged(pixelTiles: 1, outputTiles: 2, pixelWarps: 2, outputWarps: 2, stages: 3),
        ] as [ConvU8BlockTile])
    func matrixCores(tile: ConvU8BlockTile) throws {
        for (seed, kind) in GemmU8BlockCase.Kind.allCases.enumerated() {
            let (rows, depth, columns) = GemmU8BlockTests.shapes[seed % GemmU8BlockTests.shapes.count]
            let problem = GemmU8BlockCase(kind, rows: rows, depth: depth, columns: columns, seed: seed + 50)
            let (got, want) = try ConvU8BlockTile.$forced.withValue(tile) { try problem.stored(seed: seed) }
            #expect(got == want, "\(tile), \(kind) \(rows) x \(depth) x \(columns): \(differences(got, want))")
        }
    }
}
