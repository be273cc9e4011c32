import Foundation
import Testing

@testable import OpenCLBackend

/// Every tile that tuning may choose on a GPU is one that `make check-nvidia` assembles.
@Suite struct TileCandidatesTests {
    private let kernels = URL(filePath: #filePath).appending(path: "../../../../Kernels").standardized

    /// A tile of a file with these tunables is in `presets.txt`, where what a line leaves out is the file's default.
    private func expectListed(_ file: String, _ tunables: [[String: Int]]) throws {
        let text = try String(contentsOf: kernels.appending(path: "\(file).cl"), encoding: .utf8)
        var defaults: [String: Int] = [:]
        for match in text.matches(of: /#ifndef (\w+)\n#define (\w+) (\d+)/) where match.1 == match.2 {
            defaults[String(match.1)] = Int(match.3)
        }
        let presets = try String(contentsOf: kernels.appending(path: "presets.txt"), encoding: .utf8)
        let lines = presets.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let listed = lines.filter { $0.first == "\(file).cl" && $0[2] != "gfx" }.map { words in
            var values = defaults
            for word in words.dropFirst(3) {
                let parts = word.split(separator: "=")
                if parts.count == 2 { values[String(parts[0])] = Int(parts[1]) }
            }
            return values
        }
        #expect(!listed.isEmpty && !tunables.isEmpty)
        for tile in tunables {
            #expect(listed.contains { line in tile.allSatisfy { line[$0.key] == $0.value } }, "\(file): \(tile)")
        }
    }

    private func numbers(_ defines: [String: String]) -> [String: Int] { defines.compactMapValues(Int.init) }

    @Test func convU8Block() throws {
        let tiles = ConvU8BlockCandidates.dot4 + ConvU8BlockCandidates.matrix + ConvU8BlockCandidates.staged
        for (file, some) in Dictionary(grouping: tiles, by: \.file) {
            try expectListed(file, some.map { numbers($0.defines) })
        }
        // Presets are candidates too, so that a search can come back to one.
        #expect(Set(ConvU8BlockPresets.dot4).isSubset(of: ConvU8BlockCandidates.dot4))
        #expect(
            Set(ConvU8BlockPresets.matrix + ConvU8BlockPresets.matrixPairs).isSubset(of: ConvU8BlockCandidates.matrix))
        #expect(Set(ConvU8BlockPresets.staged).isSubset(of: ConvU8BlockCandidates.staged))
    }

    @Test func convF32Block() throws {
        let tiles = ConvF32BlockCandidates.blocks + ConvF32BlockCandidates.large
        try expectListed(
            "conv_f32_block",
            tiles.map { ["LANES": $0.lanes, "PIXELS": $0.pixels, "GROUPS": $0.pairs ? 2 : 1] })
        try expectListed(
            "conv_depthwise_f32", ConvF32BlockCandidates.depthwise.map { ["LANES": $0.lanes, "PIXELS": $0.pixels] })
    }

    @Test func gemmF32() throws { try expectListed("gemm_f32", GemmF32Tile.all.map { numbers($0.defines) }) }

    @Test func convDepthwiseU8() throws {
        for stride in [1, 2] {
            try expectListed("conv_depthwise_u8", DepthwiseTile.all.map { ["PIXELS": $0.pixels, "STRIDE": stride] })
        }
    }
}
