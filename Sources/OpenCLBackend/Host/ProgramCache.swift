import Files
import Foundation

/// Compiled programs, and what was found out about devices, kept from one process to the next.
///
/// A file holds a header, the length and the digest of its content; it is written beside its place and renamed. What is
/// broken in any way counts as absent and is written again. A cache that cannot be written is no error.
package struct ProgramCache: Sendable, Hashable {
    /// Where the files are; nil to keep nothing.
    package let folder: String?

    /// What sets the folder; empty or `off` for none.
    package static let variable = "HONE_CACHE"

    /// Part of every key: files of another meaning of this code are not found.
    private static let version = 1
    private static let magic = Array("HONECL01".utf8)
    /// The magic bytes, the content's length, its digest.
    private static let headerSize = 8 + 8 + 32

    package init(folder: String?) { self.folder = folder }

    /// As `HONE_CACHE` says, otherwise the user's cache folder (XDG base directory specification).
    package static let standard = ProgramCache(environment: ProcessInfo.processInfo.environment)

    package init(environment: [String: String]) {
        if let named = environment[Self.variable] {
            folder = named.isEmpty || named == "off" ? nil : named
        } else if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") {
            folder = base + "/hone"
        } else {
            folder = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 + "/.cache/hone" }
        }
    }

    /// What names an entry: the digest of everything that its content depends on.
    package static func key(_ parts: [String]) -> String {
        // Lengths keep two lists apart that only together are the same text.
        let text = (["hone \(version)"] + parts).map { "\($0.utf8.count):\($0)" }.joined()
        return SHA256.hexadecimal(Array(text.utf8))
    }

    /// Where an entry's file is; nil if nothing is kept.
    package func path(_ key: String) -> String? { folder.map { "\($0)/\(key.prefix(2))/\(key).bin" } }

    /// The entry's content; nil if there is none, or it is not whole.
    package func read(_ key: String) -> [UInt8]? {
        guard let path = path(key), let file = try? InputFile(path: path), file.size >= Self.headerSize,
            let bytes = try? file.prefix(file.size)
        else { return nil }
        let content = bytes[Self.headerSize...]
        return bytes.prefix(Self.headerSize).elementsEqual(Self.header(content)) ? Array(content) : nil
    }

    /// Keeps an entry.
    package func write(_ content: [UInt8], _ key: String) {
        guard let path = path(key) else { return }
        let folder = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
        try? FileManager.default.createDirectory(atPath: String(folder), withIntermediateDirectories: true)
        let bytes = Self.header(content[...]) + content
        bytes.withUnsafeBytes { try? AtomicFile.write($0, to: path) }
    }

    private static func header(_ content: ArraySlice<UInt8>) -> [UInt8] {
        let count = UInt64(content.count)
        let length = stride(from: 0, to: 64, by: 8).map { UInt8(truncatingIfNeeded: count >> $0) }
        return magic + length + SHA256.digest(content)
    }
}
