import Foundation
import Tensors

/// A regular file opened for reading.
package struct InputFile: ~Copyable {
    /// The open file.
    package let descriptor: Int32
    /// Bytes in the file when it was opened.
    package let size: Int

    /// Opens a file, following symbolic links.
    ///
    /// - Throws: `.fileAccess` if it is missing, unreadable, or anything but a regular file.
    package init(path: String) throws(HoneError) {
        guard !path.utf8.contains(0) else { throw HoneError(.fileAccess, "the path holds a NUL character") }
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw HoneError(.fileAccess, "cannot open: \(systemMessage(errno))", file: path) }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw HoneError(.fileAccess, "is not a regular file", file: path)
        }
        descriptor = opened
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `destination` from the bytes at `offset`.
    ///
    /// - Throws: `.fileAccess` if the file ends before or cannot be read.
    package func read(at offset: Int, into destination: UnsafeMutableRawBufferPointer) throws(HoneError) {
        var done = 0
        while done < destination.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: destination[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw HoneError(.fileAccess, count == 0 ? "ends early" : "cannot read: \(systemMessage(errno))")
            }
            done += count
        }
    }

    /// The first bytes, at most `count`.
    package func prefix(_ count: Int) throws(HoneError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(count, size))
        do {
            try bytes.withUnsafeMutableBytes { try read(at: 0, into: $0) }
        } catch let error as HoneError {
            throw error
        } catch {
            throw HoneError(.fileAccess, "cannot read")
        }
        return bytes
    }
}

/// What the operating system says about an error number.
package func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }

/// The folder part of a path, `.` if there is none.
package func folder(ofPath path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}
