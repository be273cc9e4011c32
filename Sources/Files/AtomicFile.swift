import Foundation
import Tensors

/// A file that appears whole or not at all: written beside its target, then renamed over it.
package struct AtomicFile: ~Copyable {
    private let target: String
    private let temporary: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private var isCommitted = false

    private static let bufferSize = 1 << 16

    /// Creates the temporary file.
    ///
    /// - Throws: `.fileAccess` if the folder cannot be written, or the target is anything but a regular file.
    package init(replacing target: String) throws(HoneError) {
        guard !target.isEmpty, !target.utf8.contains(0) else {
            throw HoneError(.fileAccess, "'\(target)' is no path to write to")
        }
        // Renaming over a device, as of `/dev/null`, would replace it.
        var status = stat()
        if stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw HoneError(.fileAccess, "is not a regular file, and is not replaced", file: target)
        }
        let folder = folder(ofPath: target)
        let name = target.split(separator: "/").last.map(String.init) ?? target
        let unique = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporary = "\(folder)/.\(name.prefix(100)).\(unique).tmp"
        let opened = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard opened >= 0 else {
            throw HoneError(.fileAccess, "cannot write: \(systemMessage(errno))", file: target)
        }
        self.target = target
        self.temporary = temporary
        descriptor = opened
        buffer.reserveCapacity(Self.bufferSize)
    }

    /// Writes a whole file.
    ///
    /// - Throws: `.fileAccess` naming the file, which is then as it was before.
    package static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws(HoneError) {
        var file = try AtomicFile(replacing: path)
        try file.append(bytes)
        try file.finish()
        try file.commit()
    }

    /// Writes a whole text file in UTF-8.
    ///
    /// - Throws: `.fileAccess` naming the file, which is then as it was before.
    package static func write(_ text: String, to path: String) throws(HoneError) {
        var file = try AtomicFile(replacing: path)
        try file.append(Array(text.utf8))
        try file.finish()
        try file.commit()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(temporary) }
    }

    /// Adds bytes.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(HoneError) {
        if buffer.count + bytes.count > Self.bufferSize { try flush() }
        if bytes.count > Self.bufferSize {
            try writeAll(bytes)
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    /// Makes sure that the bytes are on the disk; nothing can be added afterwards.
    package mutating func finish() throws(HoneError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw failure() }
        let isClosed = close(descriptor) == 0
        descriptor = -1
        guard isClosed else { throw failure() }
    }

    /// Puts the finished file in its place.
    package consuming func commit() throws(HoneError) {
        precondition(descriptor < 0, "commit before finish")
        guard rename(temporary, target) == 0 else { throw failure() }
        isCommitted = true
        // The rename itself is durable once the folder is; where folders cannot be synchronized there is nothing to do.
        let opened = open(folder(ofPath: target), O_RDONLY | O_CLOEXEC)
        if opened >= 0 {
            fsync(opened)
            close(opened)
        }
    }

    private mutating func flush() throws(HoneError) {
        let pending = buffer
        buffer.removeAll(keepingCapacity: true)
        var error: HoneError?
        pending.withUnsafeBytes { bytes in
            do throws(HoneError) { try writeAll(bytes) } catch let failed { error = failed }
        }
        if let error { throw error }
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(HoneError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = writeSome(descriptor, rest)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            done += count
        }
    }

    private func failure() -> HoneError {
        HoneError(.fileAccess, "cannot write: \(systemMessage(errno))", file: target)
    }
}

/// The system's `write`, whose name `AtomicFile.write` hides.
private func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
