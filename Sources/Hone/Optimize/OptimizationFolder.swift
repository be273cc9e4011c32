import Files
import Foundation
import Tensors

/// The folder that a report goes to: looked at before minutes of work, and left as if nothing had been where that fails.
package final class OptimizationFolder {
    private let folder: String
    /// Folders that were made for it, the innermost last.
    private var made: [String] = []
    private var hasBegun = false
    private var isCommitted = false

    /// Makes the folder where it is not there.
    ///
    /// - Throws: `.fileAccess` if it cannot be made or written, or is anything but a folder.
    package init(_ path: String) throws(HoneError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw HoneError(.fileAccess, "'\(path)' is no path to write to")
        }
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        folder = trimmed
        var status = stat()
        if stat(folder, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
            throw HoneError(.fileAccess, "is not a folder", remedy: "give another one with -o", file: folder)
        }
        var missing: [String] = []
        var current = folder
        while stat(current, &status) != 0, errno == ENOENT {
            missing.append(current)
            current = Files.folder(ofPath: current)
        }
        for one in missing.reversed() {
            guard mkdir(one, 0o777) == 0 || errno == EEXIST else {
                let reason = systemMessage(errno)
                removeMade()
                throw HoneError(.fileAccess, "cannot make the folder: \(reason)", file: folder)
            }
            made.append(one)
        }
        do throws(HoneError) {
            // The file that this makes goes at once.
            for name in names { _ = try AtomicFile(replacing: self.path(name)) }
        } catch {
            removeMade()
            throw error
        }
    }

    deinit {
        guard !isCommitted else { return }
        if hasBegun { removeFiles() }
        removeMade()
    }

    /// The path of a file in it.
    package func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Whether a file is one of those that are written.
    package func holds(_ path: String) -> Bool {
        var (one, other) = (stat(), stat())
        return stat(path, &one) == 0
            && names.contains { name in
                stat(self.path(name), &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino
            }
    }

    /// Lets go of an earlier report: from here on none is there until the new one is whole.
    func begin() throws(HoneError) {
        hasBegun = true
        removeFiles()
    }

    /// Says that everything is written.
    func commit() { isCommitted = true }

    /// In bytes; nil if it cannot be told.
    static func size(of path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    private var names: [String] {
        [
            OptimizedModel.FileName.model, OptimizedModel.FileName.record, OptimizedModel.FileName.json,
            OptimizedModel.FileName.pruned, OptimizedModel.FileName.page,
        ]
    }

    private func removeFiles() {
        for name in names.reversed() { unlink(path(name)) }
        for name in [OptimizedModel.FileName.model, OptimizedModel.FileName.pruned] { unlink(path(name) + ".data") }
    }

    private func removeMade() {
        for one in made.reversed() { rmdir(one) }
        made.removeAll()
    }
}
