import Files
import Foundation
import Tensors

/// The tiles that a search found for one device, kept in a file beside the compiled programs.
///
/// What a file says is a name, and runs only where it names a legal candidate (`TileChoice`). A file that is broken, edited, of
/// another version or of another device counts as absent and is written again.
package struct TunedTiles: Sendable, Hashable {
    /// What was found for one problem.
    package struct Entry: Sendable, Codable, Hashable {
        package var kernel: String
        package var shape: String
        /// What runs without tuning. The entry says nothing where that has changed.
        package var preset: String
        package var presetMicroseconds: Double
        package var tile: String
        package var microseconds: Double
        /// Whether there was time for every candidate.
        package var isComplete: Bool

        package var problem: TileProblem { TileProblem(kernel: kernel, shape: shape) }

        package init(
            _ problem: TileProblem, preset: String, presetMicroseconds: Double, tile: String, microseconds: Double,
            isComplete: Bool = true
        ) {
            (kernel, shape) = (problem.kernel, problem.shape)
            (self.preset, self.presetMicroseconds) = (preset, presetMicroseconds)
            (self.tile, self.microseconds, self.isComplete) = (tile, microseconds, isComplete)
        }
    }

    private var entries: [TileProblem: Entry] = [:]

    /// Nothing tuned.
    package init() {}

    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// What was found for a problem while its preset was the same.
    package func entry(for problem: TileProblem, preset: String) -> Entry? {
        entries[problem].flatMap { $0.preset == preset ? $0 : nil }
    }

    /// The name of the tile to use for a problem.
    func tile(for problem: TileProblem, insteadOf preset: String) -> String? {
        entry(for: problem, preset: preset)?.tile
    }

    /// Adds an entry, in place of an older one for the problem.
    package mutating func insert(_ entry: Entry) { entries[entry.problem] = entry }
}

extension TunedTiles {
    /// The file's form. Entries are in order of their problems.
    private struct Document: Codable {
        var format: String
        var version: Int
        var device: String
        var tiles: [Entry]
        /// Of all of the above.
        var digest: String

        init(device: String, tiles: [Entry]) {
            (format, version, self.device) = (Document.format, Document.version, device)
            self.tiles = tiles.sorted { ($0.kernel, $0.shape) < ($1.kernel, $1.shape) }
            digest = ""
            digest = expectedDigest
        }

        static let format = "hone tuned tiles"
        static let version = 1

        var expectedDigest: String {
            let lines = tiles.flatMap {
                [
                    $0.kernel, $0.shape, $0.preset, "\($0.presetMicroseconds)", $0.tile, "\($0.microseconds)",
                    "\($0.isComplete)",
                ]
            }
            return ProgramCache.key([format, "\(version)", device] + lines)
        }
    }

    /// More than any model needs; a larger file is none of ours.
    private static let largestFile = 8 << 20

    /// Where the tiles of a device are kept; nil where nothing is.
    package static func path(_ cache: ProgramCache, _ device: DeviceInfo) -> String? {
        cache.folder.map { "\($0)/tuning-\(ProgramCache.key(["tuning", device.identity]).prefix(16)).json" }
    }

    /// Reads what is kept for a device; nothing where there is no such file, or it is not whole.
    package init(_ cache: ProgramCache, _ device: DeviceInfo) {
        guard let path = TunedTiles.path(cache, device), let file = try? InputFile(path: path),
            file.size <= TunedTiles.largestFile, let bytes = try? file.prefix(file.size),
            let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)),
            document.format == Document.format, document.version == Document.version,
            document.device == device.identity, document.digest == document.expectedDigest
        else { return }
        for entry in document.tiles { insert(entry) }
    }

    /// Keeps the tiles of a device: the whole file, or what was there before.
    ///
    /// - Throws: `.fileAccess` where the file cannot be written.
    package func write(_ cache: ProgramCache, _ device: DeviceInfo) throws(HoneError) {
        guard let path = TunedTiles.path(cache, device) else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(device: device.identity, tiles: Array(entries.values))
        guard let text = try? encoder.encode(document) else { preconditionFailure("times are finite") }
        try? FileManager.default.createDirectory(
            atPath: folder(ofPath: path), withIntermediateDirectories: true)
        try AtomicFile.write(String(decoding: text, as: UTF8.self) + "\n", to: path)
    }
}
