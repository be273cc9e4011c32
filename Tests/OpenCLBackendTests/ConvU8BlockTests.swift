import Testing

@testable import OpenCLBackend

/// The cores of `conv_u8_block` against the definitions, byte for byte, halos and lanes past C included.
@Suite(OpenCLDevices.areThere) struct ConvU8BlockTests {
    /// One of each core and each of their tunables' extremes; matrix cores run in their portable form where they must.
    static let tiles: [ConvU8BlockTile] =
        ConvU8BlockPresets.dot4 + [ConvU8BlockPresets.dot4Processor, .dot4(pixels: 3, outputs: 8, groupSize: 32)] + [
            .matrix(pixelTiles: 1, outputTiles: 1, warps: 1, prefetches: true),
            .matrix(pixelTiles: 2, outputTiles: 1, warps: 2, prefetches: false),
            .matrix(pixelTiles: 1, outputTiles: 4, warps: 4, prefetches: true),
            .staged(pixelTiles: 1, outputTiles: 2, pixelWarps: 2, outputWarps: 2, stages: 3),
            .staged(pixelTiles: 2, outputTiles: 1, pixelWarps: 1, outputWarps: 1, stages: 2),
        ]

    @Test(arguments: tiles)
    func quantizedConvolutions(tile: ConvU8BlockTile) throws {
        for seed in 0..<12 {
            let problem = ConvU8BlockCase(seed: seed)
            let (got, want) = try ConvU8BlockTile.$forced.withValue(tile) { try problem.stored(seed: seed) }
            #expect(got == want, "\(tile), seed \(seed): \(differences(got, want))")
        }
    }

    /// Tiles as a device class would choose them.
    @Test(arguments: [ConvU8BlockCores.dot4, .matrix])
    func chosenTiles(cores: ConvU8BlockCores) throws {
        let options = ConvU8BlockCase.Options(
            channels: [16, 64, 128], outputs: [16, 64, 160], sizes: [7, 14], groups: [1], sparsities: [0, 0.75])
        for seed in 100..<108 {
            let problem = ConvU8BlockCase(seed: seed, options)
            let (got, want) = try ConvU8BlockCores.$forced.withValue(cores) { try problem.stored(seed: seed) }
            #expect(got == want, "\(cores), seed \(seed): \(differences(got, want))")
        }
    }

    /// Multipliers so large that sums saturate, and so small that all become 0.
    @Test(arguments: [Float(1e-7)...1e-6, 1...100])
    func extremeScales(scales: ClosedRange<Float>) throws {
        for seed in 200..<206 {
            let problem = ConvU8BlockCase(seed: seed, ConvU8BlockCase.Options(wScale: scales))
            let (got, want) = try problem.stored(seed: seed)
            #expect(got == want, "seed \(seed): \(differences(got, want))")
        }
    }

    @Test func divisionsAreExact() {
        for divisor in [1, 2, 3, 5, 7, 49, 56, 196, 3136, 50176, 65535, 65536, 1 << 30, Int32.max] as [Int32] {
            let division = FixedDivision(by: divisor)
            for number in [0, 1, 2, 48, 49, 50, 3135, 3136, 50175, 1 << 30, Int32.max - 1, Int32.max] as [Int32] {
                for near in [number &- 1, number, number &+ 1] where near >= 0 {
                    let quotient = (UInt64(near) * UInt64(division.factor)) >> UInt64(division.shift)
                    #expect(quotient == UInt64(near / divisor), "\(near) / \(divisor)")
                }
            }
        }
    }
}

/// How many bytes differ, and the first.
func differences(_ got: [UInt8], _ want: [UInt8]) -> String {
    guard got.count == want.count else { return "\(got.count) bytes, not \(want.count)" }
    let wrong = got.indices.filter { got[$0] != want[$0] }
    return "\(wrong.count) of \(got.count) bytes differ"
        + (wrong.first.map { ", byte \($0) is \(got[$0]), not \(want[$0])" } ?? "")
}
