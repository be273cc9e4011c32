import Files
import Foundation
import Tensors

/// Compiled programs, and what was found out about devices, kept from one process to the next.
///
/// A file holds a header, the length and the digest of its content; it is written beside its place and renamed. What is
/// broken in any way counts as absent and is written again. A cache that cannot be written is no error, but a note. What is
/// not used for long, or least lately where there is too much, is removed.
package struct ProgramCache: Sendable, Hashable {
    /// Where the files are; nil to keep nothing.
    package let folder: String?
    /// How many bytes of entries may stay.
    package let byteLimit: Int

    /// What sets the folder; empty or `off` for none.
    package static let variable = "HONE_CACHE"
    /// What sets the limit, in MiB.
    package static let limitVariable = "HONE_CACHE_MIB"
    /// The limit where nothing sets it: the programs of some fifty models on one device.
    package static let standardByteLimit = 256 << 20

    /// Part of every key: files of another meaning of this code are not found.
    private static let version = 1
    private static let magic = Array("HONECL01".utf8)
    /// The magic bytes, the content's length, its digest.
    private static let headerSize = 8 + 8 + 32

    package init(folder: String?, byteLimit: Int = ProgramCache.standardByteLimit) {
        self.folder = folder
        self.byteLimit = byteLimit
    }

    /// As `HONE_CACHE` says, otherwise the user's cache folder (XDG base directory specification).
    package static let standard = ProgramCache(environment: ProcessInfo.processInfo.environment)

    package init(environment: [String: String]) {
        let mebibytes = environment[Self.limitVariable].flatMap(Int.init).flatMap {
            (1...1 << 20).contains($0) ? $0 : nil
        }
        byteLimit = mebibytes.map { $0 << 20 } ?? Self.standardByteLimit
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
        guard bytes.prefix(Self.headerSize).elementsEqual(Self.header(content)) else { return nil }
        Self.noteUse(of: path)
        return Array(content)
    }

    /// Keeps an entry.
    package func write(_ content: [UInt8], _ key: String) {
        guard let folder, let path = path(key) else { return }
        let bytes = Self.header(content[...]) + content
        do {
            let place = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            // Nothing but an entry belongs there; a file is replaced by renaming over it.
            if Self.isFolder(path) { try FileManager.default.removeItem(atPath: path) }
            try Self.write(bytes, path)
        } catch {
            let reason = (error as? HoneError)?.message ?? "the folder cannot be made"
            DeviceNotes.say(
                "compiled programs are not kept in \(folder): \(reason) (\(Self.variable) names another folder, or 'off')"
            )
            return
        }
        trimAfterWriting(bytes.count)
    }

    private static func write(_ bytes: [UInt8], _ path: String) throws(HoneError) {
        // Typed throws do not pass through `withUnsafeBytes`.
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(HoneError) in try AtomicFile.write(bytes, to: path) }
        }.get()
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    private static func header(_ content: ArraySlice<UInt8>) -> [UInt8] {
        let count = UInt64(content.count)
        let length = stride(from: 0, to: 64, by: 8).map { UInt8(truncatingIfNeeded: count >> $0) }
        return magic + length + SHA256.digest(content)
    }
}
