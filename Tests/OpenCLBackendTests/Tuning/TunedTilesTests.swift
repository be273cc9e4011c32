import Foundation
import Testing

@testable import OpenCLBackend

/// The file that keeps tuned tiles: what is not whole, or not of this device, says nothing; what it says is never obeyed blindly.
@Suite(OpenCLDevices.areThere) struct TunedTilesTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "hone-tuning-\(UUID().uuidString)")
    private var cache: ProgramCache { ProgramCache(folder: folder.path) }
    private let problem = TileProblem(kernel: "gemm_f32", shape: "64x64x64")

    private func tiles(_ tile: String, preset: String = GemmF32Tile.small.name) -> TunedTiles {
        var tiles = TunedTiles()
        tiles.insert(
            TunedTiles.Entry(problem, preset: preset, presetMicroseconds: 12.25, tile: tile, microseconds: 7.5))
        return tiles
    }

    @Test func givesBackWhatItGot() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let info = try #require(OpenCLDevices.chosen).info
        #expect(TunedTiles(cache, info).isEmpty)
        let tiles = tiles(GemmF32Tile.large.name)
        try tiles.write(cache, info)
        #expect(TunedTiles(cache, info) == tiles)
        let entry = try #require(TunedTiles(cache, info).entry(for: problem, preset: GemmF32Tile.small.name))
        #expect(entry.tile == GemmF32Tile.large.name && entry.presetMicroseconds == 12.25 && entry.microseconds == 7.5)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count == 1 && names[0].hasPrefix("tuning-") && names[0].hasSuffix(".json"), "\(names)")
    }

    @Test func nothingIsKeptWhereTheCacheIsOff() throws {
        let info = try #require(OpenCLDevices.chosen).info
        let off = ProgramCache(folder: nil)
        #expect(TunedTiles.path(off, info) == nil)
        try tiles("any").write(off, info)
        #expect(TunedTiles(off, info).isEmpty)
        let unwritable = ProgramCache(folder: "/dev/null/cache")
        #expect(throws: (any Error).self) { try tiles("any").write(unwritable, info) }
    }

    /// Any change of a file makes it absent; it is written again.
    @Test func brokenFilesAreAbsent() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let info = try #require(OpenCLDevices.chosen).info
        let tiles = tiles(GemmF32Tile.large.name)
        try tiles.write(cache, info)
        let path = URL(filePath: try #require(TunedTiles.path(cache, info)))
        let whole = try Data(contentsOf: path)
        for position in stride(from: 0, to: whole.count, by: 7) where !whole[position].isSpace {
            var broken = whole
            broken[position] ^= 2
            try broken.write(to: path)
            #expect(TunedTiles(cache, info).isEmpty, "byte \(position)")
        }
        for count in [0, 1, whole.count / 2, whole.count - 3] {
            try whole.prefix(count).write(to: path)
            #expect(TunedTiles(cache, info).isEmpty, "\(count) bytes")
        }
        let text = String(decoding: whole, as: UTF8.self)
        let other = [
            text.replacingOccurrences(of: "\"version\" : 1", with: "\"version\" : 2"),
            text.replacingOccurrences(of: "hone tuned tiles", with: "hone tuned files"),
            text.replacingOccurrences(of: "7.5", with: "1e999"), text.replacingOccurrences(of: "7.5", with: "null"),
            String(repeating: "[", count: 100_000), "{}", "[1]",
        ]
        for broken in other {
            #expect(broken != text)
            try Data(broken.utf8).write(to: path)
            #expect(TunedTiles(cache, info).isEmpty, "\(broken.prefix(80))")
        }
        try tiles.write(cache, info)
        #expect(TunedTiles(cache, info) == tiles)
    }

    /// A whole file that names no legal tile, or one in place of another preset, changes nothing.
    @Test func onlyLegalTilesAreChosen() throws {
        let info = try #require(OpenCLDevices.chosen).info
        let candidates = GemmF32Tile.candidates(rows: 64, columns: 64, on: info)
        let other = try #require(candidates.first { $0 != .small })
        func chosen(_ tiles: TunedTiles) -> GemmF32Tile {
            TileChoice(tiles).tile(for: problem, preset: .small, among: candidates)
        }
        #expect(chosen(tiles(other.name)) == other)
        for name in ["", "1000000x1, 1x1 an item, depth -1", other.name + " ", "staged 64x64, 2x2 warps, 4 stages"] {
            #expect(chosen(tiles(name)) == .small, "\(name)")
        }
        #expect(chosen(tiles(other.name, preset: GemmF32Tile.large.name)) == .small)
        #expect(chosen(TunedTiles()) == .small)
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x0A }
}
