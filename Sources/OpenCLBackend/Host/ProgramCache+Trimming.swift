import Foundation
import Synchronization

extension ProgramCache {
    /// How long an entry may lie unused: a driver's update leaves those of the old one behind.
    static let longestDisuse: TimeInterval = 90 * 24 * 3600
    /// What a writer that was killed left behind is nobody's after so long.
    static let longestWriting: TimeInterval = 24 * 3600
    /// An entry's last use is noted, as the time of its last change, to within this.
    private static let useResolution: TimeInterval = 3600

    /// For each folder the bytes that this process wrote since it last trimmed.
    private static let written = Mutex<[String: Int]>([:])

    /// An entry's file, or what a killed writer left of one.
    private struct Entry {
        let path: String
        let byteCount: Int
        let lastUse: TimeInterval
        let isUnfinished: Bool
    }

    /// Notes that an entry was read; file systems seldom do.
    static func noteUse(of path: String) {
        guard let entry = status(path), Date().timeIntervalSince1970 - entry.lastUse > useResolution else { return }
        utimensat(AT_FDCWD, path, nil, 0)
    }

    /// Trims with the process's first entry, and whenever it has written an eighth of what may stay.
    func trimAfterWriting(_ byteCount: Int) {
        guard let folder else { return }
        let isDue = Self.written.withLock { written in
            let sum = written[folder].map { $0 + byteCount }
            written[folder] = sum.map { $0 < byteLimit / 8 ? $0 : 0 } ?? 0
            return written[folder] == 0
        }
        if isDue { trim() }
    }

    /// Removes entries that were not used for long, then those used least lately, until the rest is within the limit.
    ///
    /// Processes side by side take turns, and one that does not get the turn goes on without: another one trims. Entries that
    /// others still read stay readable; one that is removed under the eyes of another process is compiled again.
    ///
    /// - Parameter now: seconds since 1970.
    package func trim(now: TimeInterval = Date().timeIntervalSince1970) {
        guard let folder else { return }
        let lock = open(folder + "/trim.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard lock >= 0 else { return }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return }
        var entries = Self.entries(in: folder)
        var removed: [Entry] = []
        let isStale: (Entry) -> Bool = {
            now - $0.lastUse > ($0.isUnfinished ? Self.longestWriting : Self.longestDisuse)
        }
        removed += entries.filter(isStale)
        entries.removeAll { isStale($0) || $0.isUnfinished }
        entries.sort { ($0.lastUse, $0.path) > ($1.lastUse, $1.path) }
        var total = entries.reduce(0) { $0 + $1.byteCount }
        while total > byteLimit, let oldest = entries.popLast() {
            total -= oldest.byteCount
            removed.append(oldest)
        }
        // What was used since it was listed stays.
        for entry in removed where Self.status(entry.path)?.lastUse == entry.lastUse { unlink(entry.path) }
    }

    /// The files of the folder that are this cache's; whatever else is there is left alone.
    private static func entries(in folder: String) -> [Entry] {
        let names: (String) -> [String] = { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
        var entries: [Entry] = []
        for part in names(folder) where part.count == 2 && part.allSatisfy(\.isHexDigit) {
            for name in names("\(folder)/\(part)") {
                let isUnfinished = name.hasPrefix(".") && name.hasSuffix(".tmp")
                let key = (isUnfinished ? name.dropFirst() : name[...]).prefix(64)
                let rest = (isUnfinished ? name.dropFirst() : name[...]).dropFirst(64)
                guard key.count == 64, key.hasPrefix(part), key.allSatisfy(\.isHexDigit),
                    isUnfinished ? rest.hasPrefix(".bin.") : rest == ".bin",
                    let (byteCount, lastUse) = status("\(folder)/\(part)/\(name)")
                else { continue }
                entries.append(
                    Entry(
                        path: "\(folder)/\(part)/\(name)", byteCount: byteCount, lastUse: lastUse,
                        isUnfinished: isUnfinished))
            }
        }
        return entries
    }

    /// Size and last use of a regular file; nil for anything else.
    private static func status(_ path: String) -> (byteCount: Int, lastUse: TimeInterval)? {
        var found = stat()
        guard lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFREG else { return nil }
        #if os(macOS)
            let time = found.st_mtimespec
        #else
            let time = found.st_mtim
        #endif
        return (Int(found.st_size), TimeInterval(time.tv_sec) + TimeInterval(time.tv_nsec) / 1e9)
    }
}
